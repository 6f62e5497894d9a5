// Which symbols leave the library.
#pragma once

// Marks what users may link against. The library is built with hidden symbols, so a public class or function without it is not found by the linker.
#define WG_API [[gnu::visibility("default")]]
