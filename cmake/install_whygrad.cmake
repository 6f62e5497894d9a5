# Installs the headers, the library, the CMake package (find_package(whygrad)) and the pkg-config file.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/whygrad")
install(TARGETS whygrad EXPORT whygradTargets FILE_SET HEADERS)
install(TARGETS whygrad_op_testing whygrad_headers EXPORT whygradTargets)
install(EXPORT whygradTargets NAMESPACE whygrad:: DESTINATION "${package_dir}")

configure_package_config_file(cmake/whygradConfig.cmake.in whygradConfig.cmake INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(whygradConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/whygradConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/whygradConfigVersion.cmake" DESTINATION "${package_dir}")

# The prefix is relative to the file, so that an installed tree can be moved.
file(RELATIVE_PATH prefix_from_pc "/x/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/x")
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file(cmake/whygrad.pc.in whygrad.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/whygrad.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
