// Includes Highway for the targets that this project is compiled for. Each SIMD source file sets HWY_TARGET_INCLUDE to itself and includes this.
//
// AVX-512 and AVX2 serve nearly all x86 machines in use, and Highway's portable fallback the rest; every further target would lengthen the build by
// a third for no machine that anybody trains on.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)

#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>
