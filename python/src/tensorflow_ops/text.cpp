// TensorFlow's op types on text, encoded bytes, files and summaries.
#include "records.hpp"

namespace whygrad::python {
namespace {

constexpr const char* kText = "text carries no gradient: it does not move a little";
constexpr const char* kNumbers = "compute the loss from the numbers, and make text of them for people to read";
constexpr const char* kDecoded = "what is decoded from bytes is data, and depends on nothing that learns";
constexpr const char* kUseDecoded = "let the gradient begin at what is computed from the decoded tensor: tape.watch(x) watches it";
constexpr const char* kEncoded = "encoded bytes carry no gradient: they do not move a little";
constexpr const char* kUseTensor = "use the tensor itself where its gradient is wanted";
constexpr const char* kHash = "a hash is a number that has nothing to do with a distance between texts";
constexpr const char* kEmbed = "gather rows of a variable by the hash, gather(weights, bucket), which carries a gradient for the weights";
constexpr const char* kFile = "what comes from a file is data, and depends on nothing that learns";
constexpr const char* kSummary = "a summary is written for people to look at, and gives no number back";

constexpr TypeRecord kRecords[]{
    {.types = "StringJoin=join StringSplit=split ReduceJoin RegexReplace", .why = kText, .remedy = kNumbers},
    {.types = "StringToHashBucket=to_hash_bucket StringToHashBucketFast=to_hash_bucket_fast StringToHashBucketStrong=to_hash_bucket_strong",
     .why = kHash,
     .remedy = kEmbed},
    {.types = "DecodeBase64 DecodeRaw DecodePaddedRaw=decode_raw DecodeProtoV2 ParseTensor", .why = kDecoded, .remedy = kUseDecoded},
    {.types = "EncodeBase64 EncodeProto SerializeTensor", .why = kEncoded, .remedy = kUseTensor},
    {.types = "AudioMicrofrontend",
     .why = "it computes features of whole-numbered samples, for which there is no derivative",
     .remedy = "compute the spectrum with tf.signal.stft(signal, frame_length, frame_step), which carries a gradient"},
    {.types = "FixedLengthRecordReader IdentityReader LMDBReader TFRecordReader TextLineReader WholeFileReader ReaderRead "
              "ReaderReadUpTo ReaderNumRecordsProduced ReaderNumWorkUnitsCompleted ReaderReset ReaderRestoreState ReaderSerializeState",
     .why = kFile,
     .remedy = kUseDecoded},
    {.types = "GenerateVocabRemapping LoadAndRemapMatrix", .why = kFile, .remedy = kUseDecoded},
    {.types = "AudioSummary AudioSummaryV2 HistogramSummary ImageSummary MergeSummary ScalarSummary TensorSummary TensorSummaryV2",
     .why = kSummary,
     .remedy = kUseTensor},
};

}  // namespace

std::span<const TypeRecord> text_types() { return checked(kRecords); }

}  // namespace whygrad::python
