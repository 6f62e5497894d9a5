# Compile options of every target of this tree.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug or Release" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# -g1 has the line numbers that sanitizers print; full debug information makes the test programs five times as large and slow to link. With sanitizers,
# optimising takes twice as long as all else.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")

find_program(WG_CCACHE ccache)
if(WG_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # What it asks for, to keep objects that were made with precompiled headers.
  set(launcher "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher} "${WG_CCACHE}")
  # Objects of the library serve every clone of this project on a machine. Those of programs do not: the paths that explanations quote from would be
  # relative to the folder of the build.
  set(WG_LIBRARY_LAUNCHER ${launcher} CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 "${WG_CCACHE}")
endif()

# Options in records leave fields to their defaults (`{.stddev = 0.05f}`), so missing initialisers are no mistake here.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-restrict)  # g++ 12 gives it wrongly for `"text" + std::string` (GCC bug 105651)
endif()
if(WG_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()

# Calls within the library need no detour through the symbol table: nobody replaces its functions from outside.
add_compile_options(-fno-semantic-interposition)

if(WG_SANITIZERS)
  add_compile_options(-fsanitize=${WG_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WG_SANITIZERS})
  # With these three, g++ takes the address of a template for possibly null, and a record that names one is no constant any more. What they would
  # find, the address sanitizer finds as well.
  if(WG_SANITIZERS MATCHES undefined AND WG_SANITIZERS MATCHES address)
    add_compile_options(-fno-sanitize=null,nonnull-attribute,returns-nonnull-attribute)
  endif()
endif()
