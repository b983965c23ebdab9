using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Verifying;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Logs of version 2 sign neither times nor promises: what a bundle says of them all the same must not be believed, nor passed over.</summary>
public sealed class SecondLogVersionTests
{
    private static readonly Dictionary<string, (string Code, Action<JsonObject> Change)> Attacks = new()
    {
        ["nothing is changed"] = (VerdictCodes.Verified, Unchanged),
        ["a promise of nobody"] = (VerdictCodes.TlogSet, static e => e["inclusionPromise"] = new JsonObject { ["signedEntryTimestamp"] = "MAYCAQECAQE=" }),
        ["an empty promise"] = (VerdictCodes.TlogSet, static e => e["inclusionPromise"] = new JsonObject { ["signedEntryTimestamp"] = "" }),
        ["a time before the certificate"] = (VerdictCodes.TimeOutOfRange, static e => e["integratedTime"] = "1"),
        ["a time of no calendar"] = (VerdictCodes.TimeOutOfRange, static e => e["integratedTime"] = "9223372036854775807"),
        ["another place in the proof"] = (VerdictCodes.TlogProof, static e => e["inclusionProof"]!["logIndex"] = "4"),
        ["another place beside the proof"] = (VerdictCodes.TlogProof, static e => e["logIndex"] = "4"),
        ["another size in the proof"] = (VerdictCodes.TlogProof, static e => e["inclusionProof"]!["treeSize"] = "900"),
    };

    public static TheoryData<string> Names { get; } = new(Attacks.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Verify_answers_an_attack_on_what_nobody_signed_with_its_code(string attack)
    {
        await using var sigstore = await LoopbackSigstore.StartAsync();
        using var signer = new TrustingSigner(sigstore);
        var bundle = (JsonObject)JsonNode.Parse(await signer.SignAsync(Forgery.Statement(), SigningConfigKind.RekorV2))!;
        Attacks[attack].Change((JsonObject)bundle.At("verificationMaterial", "tlogEntries", 0));

        var verdict = LoopbackSigstoreTests.Judge(sigstore, Encoding.UTF8.GetBytes(bundle.ToJsonString()), SigningConfigKind.RekorV2);

        verdict.Code.Should().Be(Attacks[attack].Code, "{0}: {1}", attack, verdict.Failure?.Message);
    }

    private static void Unchanged(JsonObject entry)
    {
    }
}
