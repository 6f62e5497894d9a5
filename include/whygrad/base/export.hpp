// Export of symbols from the library.
#pragma once

// Marks what users may link against. The library is built with hidden symbols, so the linker does not find a public class or function without it.
#define WG_API [[gnu::visibility("default")]]
