// TensorFlow's op types that move tensors between devices and replicas, and those that its compilers write.
#include "records.hpp"

namespace whygrad::python {
namespace {

constexpr TypeRecord kRecords[]{
    {.types = "AllToAll CollectivePermute CrossReplicaSum NcclAllReduce NcclBroadcast NcclReduce CopyToMesh CopyToMeshGrad Relayout RelayoutGrad "
              "RelayoutLike"},
    {.types = "XlaClusterOutput XlaSharding XlaSpmdFullToShardShape XlaSpmdShardToFullShape"},
    {.types = "TPUEmbeddingActivations"},
    {.types = "TPUReplicatedInput",
     .why = "it marks what each replica is given, and no gradient passes from replica to replica here",
     .remedy = "take the gradient inside of the replica's function, and add gradients up by the strategy"},
    {.types = "XlaVariadicReduce",
     .why = "TensorFlow has no rule for a reduction by a function of the program's",
     .remedy = "use reduce_sum(x), reduce_max(x) or another reduction that has one"},
};

}  // namespace

std::span<const TypeRecord> device_types() { return checked(kRecords); }

}  // namespace whygrad::python
