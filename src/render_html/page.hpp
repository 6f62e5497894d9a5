// The files of the page, as the build embeds them.
#pragma once

namespace whygrad::render_html {

extern const char* const kPageHtml;
extern const char* const kPageCss;
extern const char* const kPageJs;

}  // namespace whygrad::render_html
