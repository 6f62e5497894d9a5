// How functions of Boost.Math are called: in double precision throughout, and with Inf or NaN in the place of exceptions.
#pragma once

#include <boost/math/policies/policy.hpp>

namespace whygrad::kernels::cpu {

using QuietPolicy = boost::math::policies::policy<boost::math::policies::domain_error<boost::math::policies::ignore_error>,
                                                  boost::math::policies::pole_error<boost::math::policies::ignore_error>,
                                                  boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
                                                  boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
                                                  boost::math::policies::denorm_error<boost::math::policies::ignore_error>,
                                                  boost::math::policies::rounding_error<boost::math::policies::ignore_error>,
                                                  boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
                                                  boost::math::policies::indeterminate_result_error<boost::math::policies::ignore_error>,
                                                  boost::math::policies::promote_float<false>, boost::math::policies::promote_double<false>>;

}  // namespace whygrad::kernels::cpu
