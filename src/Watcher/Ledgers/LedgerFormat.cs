using System.Text.Json;
using System.Text.Json.Serialization;
using Provenance.Attestor.Runs;

namespace Provenance.Watcher.Ledgers;

/// <summary>The payloads of the ledger's records that are JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ObservedRun))]
[JsonSerializable(typeof(RunProblem))]
[JsonSerializable(typeof(PushedSubject))]
[JsonSerializable(typeof(SettledRun))]
internal sealed partial class LedgerFormat : JsonSerializerContext;
