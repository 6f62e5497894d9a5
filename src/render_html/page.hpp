// What pages have in common: the template with its files, as the build embeds them, and the JSON that the script draws.
#pragma once

#include "render_html/views.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace whygrad::render_html {

using Json = nlohmann::ordered_json;

extern const char* const kPageHtml;
extern const char* const kPageCss;
extern const char* const kPageJs;

// The view, laid out.
Json view_json(View view);
// The page that shows `data`, with the source lines that it names.
std::string page_of(Json data);

}  // namespace whygrad::render_html
