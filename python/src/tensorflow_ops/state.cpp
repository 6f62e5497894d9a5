// TensorFlow's op types that hold something: lists of tensors, control flow, variables of the older kind, queues, tables, data sets.
#include "records.hpp"

namespace whygrad::python {
namespace {

constexpr const char* kCount = "a number of elements is a count, which does not move when elements move a little";
constexpr const char* kElements = "compute the loss from the elements";
constexpr const char* kOldVariable = "what is written into a variable is read back as a number of its own";
constexpr const char* kUseWritten = "use the tensor that is written, in the place of the variable that is read back";
constexpr const char* kQueue = "what comes out of a queue is data: TensorFlow does not know which element went in";
constexpr const char* kStore = "what is stored outside of the graph comes back as data";
constexpr const char* kUseTensor = "use the tensor itself where its gradient is wanted";
constexpr const char* kTable = "a table is looked up by key, and which entry is found does not move when a key moves a little";
constexpr const char* kEmbedding =
    "let the table give positions only, and gather rows of a variable by them: gather(weights, positions) carries a gradient";

constexpr TypeRecord kRecords[]{
    // Lists of tensors.
    {.types =
         "TensorArrayRead TensorArrayReadV2 TensorArrayReadV3 TensorArrayGather TensorArrayGatherV2 TensorArrayGatherV3 TensorArrayConcat "
         "TensorArrayConcatV2 TensorArrayConcatV3 TensorArrayWrite TensorArrayWriteV2 TensorArrayWriteV3 TensorArrayScatter TensorArrayScatterV2 "
         "TensorArrayScatterV3 TensorArraySplit TensorArraySplitV2 TensorArraySplitV3"},
    {.types = "TensorArray TensorArrayV2 TensorArrayV3 TensorArrayClose TensorArrayCloseV2 TensorArrayCloseV3 TensorArrayGrad TensorArrayGradV2 "
              "TensorArrayGradV3 TensorArrayGradWithShape TensorArraySize TensorArraySizeV2 TensorArraySizeV3",
     .why = kCount,
     .remedy = kElements},
    {.types = "TensorListConcat TensorListConcatV2 TensorListFromTensor TensorListGather TensorListGetItem TensorListPopBack TensorListPushBack "
              "TensorListResize TensorListScatter TensorListScatterIntoExistingList TensorListScatterV2 TensorListSetItem TensorListSplit "
              "TensorListStack"},
    {.types = "TensorListLength TensorListElementShape", .why = kCount, .remedy = kElements},
    {.types = "TensorListConcatLists TensorListPushBackBatch",
     .why = "TensorFlow has no rule for it",
     .remedy = "write the elements one by one with tf.TensorArray.write(i, x), or stack(xs) them"},
    {.types = "Stack StackPush StackPop StackClose", .why = kStore, .remedy = kUseTensor},
    {.types = "CompositeTensorVariantFromComponents CompositeTensorVariantToComponents OptionalFromValue "
              "OptionalGetValue"},

    // Control flow.
    {.types = "If=cond StatelessIf=cond Case StatelessCase=case While=while_loop StatelessWhile=while_loop"},
    {.types = "Switch RefSwitch Merge RefMerge Enter RefEnter Exit RefExit NextIteration RefNextIteration LoopCond"},
    {.types = "EagerPyFunc=py_function",
     .why = "the Python function gives no gradient for it: what it computes from it carries none",
     .remedy = "compute with TensorFlow's ops inside of the function, or outside of it"},
    {.types = "PyFunc=numpy_function PyFuncStateless=numpy_function",
     .why = "its value left TensorFlow for NumPy, where no gradient is followed",
     .remedy = "compute with TensorFlow's ops, or give it a gradient with tf.custom_gradient",
     .flow = GradientFlow::kHostRead},
    {.types = "Assert", .why = "it checks a condition and gives nothing back", .remedy = "compute the loss from the tensors that are checked"},

    // Variables and what is stored.
    {.types =
         "Assign AssignAdd AssignSub ScatterAdd ScatterSub ScatterMul ScatterDiv ScatterNdAdd ScatterNdSub ScatterNdMul ScatterNdDiv ScatterNdUpdate",
     .why = kOldVariable,
     .remedy = kUseWritten,
     .flow = GradientFlow::kState},
    {.types = "VarIsInitializedOp", .why = "whether a variable has a value is a truth value", .remedy = "compute the loss from its value"},
    {.types = "GetSessionHandle GetSessionHandleV2 GetSessionTensor DeleteSessionTensor", .why = kStore, .remedy = kUseTensor},
    {.types = "Queue QueueClose QueueSize QueueEnqueue QueueEnqueueMany QueueDequeue QueueDequeueMany QueueDequeueUpTo",
     .why = kQueue,
     .remedy = kUseTensor},
    {.types = "ReduceDataset",
     .why = "a data set runs the function of reduce by itself, where no gradient is recorded",
     .remedy = "write the loop over the data set, and add up under the tape"},

    // Tables.
    {.types =
         "LookupTableFind LookupTableFindV2 LookupTableInsert LookupTableInsertV2 LookupTableSize LookupTableSizeV2 HashTable HashTableV2 "
         "MutableHashTable MutableHashTableV2 MutableHashTableOfTensors MutableHashTableOfTensorsV2 MutableDenseHashTable MutableDenseHashTableV2 "
         "InitializeTable InitializeTableV2 InitializeTableFromTextFile InitializeTableFromTextFileV2",
     .why = kTable,
     .remedy = kEmbedding},
    {.types = "Const=constant Timestamp", .why = "it depends on no tensor", .remedy = "compute it from what should learn"},
};

}  // namespace

std::span<const TypeRecord> state_types() { return checked(kRecords); }

}  // namespace whygrad::python
