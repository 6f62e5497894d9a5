# whygrad_test(NAME name SRCS file... [LABELS label...])
#
# One GoogleTest program, which is one entry of ctest: there are thousands of tests, and to start a program takes longer than most of them. For a
# single test, run the program with --gtest_filter. The tests' own code is not optimised, which takes the compiler twice as long and finds nothing; the
# library that they test is. Headers that most of them include are compiled once.
include(whygrad_precompile)
whygrad_precompile(
  NAME tests_precompiled
  HEADERS <gmock/gmock.h> <gtest/gtest.h> <whygrad/whygrad.hpp>
  LINK whygrad_layers GTest::gmock
  OPTIONS -O0
  PROGRAMS)

function(whygrad_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SRCS;LABELS")
  set(target ${arg_NAME}_test)
  add_executable(${target} ${arg_SRCS})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(${target} PRIVATE WG_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE whygrad_layers GTest::gmock GTest::gtest_main)
  target_compile_options(${target} PRIVATE -O0)
  target_precompile_headers(${target} REUSE_FROM tests_precompiled)
  add_test(NAME ${arg_NAME} COMMAND ${target} --gtest_brief=1)
  set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 1200)
endfunction()

# whygrad_refused(FILE)
#
# For code that must not compile. The file has a case 0 that does compile, and a line `// refused N: sentence` for each case that the compiler must
# refuse with that sentence (a regular expression) of a throw or static_assert. CASE holds the number.
function(whygrad_refused file)
  cmake_path(GET file STEM name)
  set(compile "${CMAKE_CXX_COMPILER}" -std=c++20 -fsyntax-only -I "${PROJECT_SOURCE_DIR}/include" -I "${PROJECT_SOURCE_DIR}/src" "${file}")
  add_test(NAME "refused: ${name}.0" COMMAND ${compile} -DCASE=0)
  set_tests_properties("refused: ${name}.0" PROPERTIES LABELS unit)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(STRINGS "${file}" cases REGEX "^// refused [0-9]+: ")
  foreach(case IN LISTS cases)
    string(REGEX MATCH "^// refused ([0-9]+): (.*)$" _ "${case}")
    set(test "refused: ${name}.${CMAKE_MATCH_1}")
    add_test(NAME "${test}" COMMAND ${compile} -DCASE=${CMAKE_MATCH_1})
    set_tests_properties("${test}" PROPERTIES LABELS unit PASS_REGULAR_EXPRESSION "(throw|failed:) .*${CMAKE_MATCH_2}")
  endforeach()
endfunction()
