# whygrad_library(NAME layer SRCS pattern... [DEPS layer...] [EXTERNAL target...])
#
# Declares the layer that lives in the current folder. SRCS are file patterns, DEPS the layers that it may include besides itself and EXTERNAL the
# libraries of others that it uses. This is the only place where the arrows between layers are written: tools/check_layers.py reads them from these
# calls. A layer is compiled once; src/CMakeLists.txt makes the libraries of the objects of all layers.
function(whygrad_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SRCS;DEPS;EXTERNAL")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${arg_SRCS})
  list(TRANSFORM arg_DEPS PREPEND whygrad_)
  set(target whygrad_${arg_NAME})
  if(sources)
    add_library(${target} OBJECT ${sources})
    set(scope PUBLIC)
    if(WG_LIBRARY_LAUNCHER)
      set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "${WG_LIBRARY_LAUNCHER}")
    endif()
    # Kernels have options of their own, and their time goes into loops for each SIMD target. g++ takes no precompiled headers where OpenMP is on in one
    # of the two only. Optimised, g++ 12 warns of what it inlines from headers that were precompiled: it does not know any more that they are the
    # system's.
    get_property(with_openmp GLOBAL PROPERTY WHYGRAD_WITH_OPENMP)
    list(APPEND with_openmp OpenMP::OpenMP_CXX)
    foreach(used IN LISTS arg_DEPS arg_EXTERNAL)
      if(used IN_LIST with_openmp)
        set_property(GLOBAL APPEND PROPERTY WHYGRAD_WITH_OPENMP ${target})
        if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT arg_NAME STREQUAL "kernels")
          target_precompile_headers(${target} REUSE_FROM whygrad_precompiled)
        endif()
        break()
      endif()
    endforeach()
    set_property(GLOBAL APPEND PROPERTY WHYGRAD_OBJECTS $<TARGET_OBJECTS:${target}>)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} ${scope} ${arg_DEPS} ${arg_EXTERNAL})
  # Nothing in these layers runs for each op or element, so size counts for more than the last few per cent of speed.
  if(arg_NAME MATCHES "^(flow|explain|render_html|io|data|train|testing)$")
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O2>)
  endif()
  set_property(GLOBAL APPEND PROPERTY WHYGRAD_EXTERNALS ${arg_EXTERNAL})
endfunction()
