using System.Text.Json.Serialization;

namespace Provenance.Cli.Hosting;

/// <summary>How <see cref="OwnIdentity"/> is written in the data folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(OwnIdentity))]
internal sealed partial class OwnIdentityJson : JsonSerializerContext;
