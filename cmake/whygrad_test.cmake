# whygrad_test(NAME name SRCS file... [LABELS label...])
#
# One GoogleTest program. Its tests are listed when ctest starts (not at build time, where listing with sanitizers is slow), and each is one entry
# of ctest, so that a crash takes down and names one test only.
function(whygrad_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SRCS;LABELS")
  set(target ${arg_NAME}_test)
  add_executable(${target} ${arg_SRCS})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(${target} PRIVATE WG_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE whygrad_layers GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${target} TEST_PREFIX "${arg_NAME}: " DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 600)
endfunction()
