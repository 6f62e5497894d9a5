# whygrad_precompile(NAME target HEADERS header... [LINK library...] [OPTIONS option...] [PROGRAMS])
#
# Declares a target that compiles headers once, for the targets that say `target_precompile_headers(... REUSE_FROM target)`. Those are PROGRAMS, whose
# code may lie anywhere in memory in another way than that of libraries (-fPIE, -fPIC), or libraries.
#
# Before headers are compiled, what was made of them before goes: ccache hashes what the preprocessor gives, which for a header that is there in
# precompiled form is no more than its name, and would take what it once made in the place of the same old file for the new one.
function(whygrad_precompile)
  cmake_parse_arguments(PARSE_ARGV 0 arg "PROGRAMS" "NAME" "HEADERS;LINK;OPTIONS")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.cpp")
  set(launcher ${CMAKE_CXX_COMPILER_LAUNCHER})
  if(arg_PROGRAMS)
    file(CONFIGURE OUTPUT "${source}" CONTENT "int main() {}\n")
    add_executable(${arg_NAME} EXCLUDE_FROM_ALL "${source}")
  else()
    file(CONFIGURE OUTPUT "${source}" CONTENT "// What compiles the headers of ${arg_NAME}.\n")
    add_library(${arg_NAME} OBJECT EXCLUDE_FROM_ALL "${source}")
    set(launcher ${WG_LIBRARY_LAUNCHER})
  endif()
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LINK})
  target_compile_options(${arg_NAME} PRIVATE ${arg_OPTIONS})
  target_precompile_headers(${arg_NAME} PRIVATE ${arg_HEADERS})
  if(launcher)
    set_target_properties(${arg_NAME} PROPERTIES
      CXX_COMPILER_LAUNCHER
      "sh;-c;([ \"\${*#*c++-header}\" = \"$*\" ] || rm -f \"$0.gch\" \"$0.pch\") && exec \"$@\";${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${arg_NAME}.dir/cmake_pch.hxx;${launcher}")
  endif()
endfunction()
