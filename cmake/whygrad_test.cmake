# whygrad_test(NAME name SRCS file... [LABELS label...])
#
# One GoogleTest program, which is one entry of ctest: there are thousands of tests, and to start a program takes longer than most of them. For a
# single test, run the program with --gtest_filter. The tests' own code is not optimised, which takes the compiler twice as long and finds nothing; the
# library that they test is. Headers that most of them include are compiled once.
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp" "int main() {}\n")
add_executable(tests_precompiled EXCLUDE_FROM_ALL "${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp")
target_link_libraries(tests_precompiled PRIVATE whygrad_layers GTest::gmock)
target_compile_options(tests_precompiled PRIVATE -O0)
target_precompile_headers(tests_precompiled PRIVATE <gmock/gmock.h> <gtest/gtest.h> <whygrad/whygrad.hpp>)
# The old file goes before a new one is made: ccache hashes what the preprocessor gives, which for a header that is there in precompiled form is no more
# than its name, and would take what it once made in the place of the same old file for the new one.
set(precompiled "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/tests_precompiled.dir/cmake_pch.hxx")
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set_target_properties(tests_precompiled PROPERTIES
    CXX_COMPILER_LAUNCHER "sh;-c;rm -f \"$0.gch\" \"$0.pch\" && exec \"$@\";${precompiled};${CMAKE_CXX_COMPILER_LAUNCHER}")
endif()

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
