using System.Text;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Tests.Verifying.Bundles;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Attacks;

/// <summary>Attacks on envelopes and bundles, each on evidence of a key and of a certificate: one change, and the code that each must give.</summary>
public sealed class EnvelopeAttackTests
{
    private const string Evil = "https://slsa.dev/verification_summary/v1";

    private static readonly Dictionary<string, (string Keyed, string Keyless, Func<AttackedSigner, VerifyArtifact> Make)> Attacks = new()
    {
        ["T00 nothing is changed"] = Same(VerdictCodes.Verified, s => s.Ask(Bytes(s.Sign()))),
        ["T01 the artifact's bytes are others"] = Same(VerdictCodes.SubjectMismatch, s => s.Ask(Bytes(s.Sign())) with { Subject = Digest.Of("other bytes"u8) }),
        ["T02 it is replayed onto another artifact of the name"] = Same(VerdictCodes.SubjectMismatch, s => s.Ask(Bytes(s.Sign(x => x["subject"]![0]!["digest"]!["sha256"] = new string('a', 64))))),
        ["T03 the subject has a weak digest only"] = Same(VerdictCodes.SubjectWeakDigest, s => s.Ask(Bytes(s.Sign(x => x["subject"]![0]!["digest"] = new JsonObject { ["sha1"] = Forgery.Subject.Hex[..40] })))),
        ["T04 another predicate type is offered"] = Same(VerdictCodes.PredicateType, s => s.Ask(Bytes(s.Sign(x => x["predicateType"] = Evil)))),
        ["T05 only another predicate type is stored"] = Same(VerdictCodes.NoEvidence, s => s.Ask([]) with { Evidence = [Stored(Bytes(s.Sign(x => x["predicateType"] = Evil)))] }),
        ["T06 the payload type is altered"] = Same(VerdictCodes.PayloadType, s => s.Ask(Altered(s, b => b["dsseEnvelope"]!["payloadType"] = "application/json"))),
        ["T06 another payload type is signed"] = Same(VerdictCodes.PayloadType, s => s.Ask(Bytes(s.Sign(payloadType: "application/vnd.in-toto.provenance+json")))),
        ["T06 another payload type was signed than is said"] = Same(VerdictCodes.SigInvalid, s => s.Ask(Bytes(s.Sign(signed: PreAuthenticationEncoding.Of("application/json", Forgery.Statement()))))),
        ["T07 the payload is altered by a byte"] = (VerdictCodes.SigInvalid, VerdictCodes.TlogMismatch, s => s.Ask(Altered(s, b => b["dsseEnvelope"]!["payload"] = Base64(Forgery.Statement(x => x["predicate"]!["runDetails"]!["metadata"]!["invocationId"] = "2"))))),
        ["T08 the signature is of another statement"] = (VerdictCodes.SigInvalid, VerdictCodes.TlogMismatch, s => s.Ask(Altered(s, b => b["dsseEnvelope"]!["signatures"] = s.Sign(x => x.Parameters()["target"] = "debug")["dsseEnvelope"]!["signatures"]!.DeepClone()))),
        ["T09 the bare payload is signed"] = Same(VerdictCodes.SigInvalid, s => s.Ask(Bytes(s.Sign(signed: Forgery.Statement())))),
        ["T10 a stranger signed"] = (VerdictCodes.SignerUntrusted, VerdictCodes.TlogUntrusted, s => s.Ask(Bytes(s.SignByStranger()))),
        ["T21 the version is one that asks for less"] = (VerdictCodes.Verified, VerdictCodes.BundleContent, s => s.Ask(Altered(s, b => b["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"))),
        ["T21 the version is unknown"] = Same(VerdictCodes.BundleVersion, s => s.Ask(Altered(s, b => b["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.4+json"))),
        ["T28 a name stands twice in the bundle"] = Same(VerdictCodes.JsonDuplicate, s => s.Ask(Replaced(s, "\"mediaType\"", "\"mediaType\":\"x\",\"mediaType\""))),
        ["T28 a name stands twice in the envelope"] = Same(VerdictCodes.JsonDuplicate, s => s.Ask(Replaced(s, "\"payloadType\"", "\"payload\":\"\",\"payloadType\""))),
        ["T28 a name stands twice in the signed statement"] = Same(VerdictCodes.JsonDuplicate, s => s.Ask(Bytes(s.Sign(Text(Forgery.Statement()).Replacing("{\"builder\"", "{\"builder\":{\"id\":\"x\"},\"builder\""))))),
        ["T29 a name differs by case"] = Same(VerdictCodes.JsonInvalid, s => s.Ask(Replaced(s, "\"mediaType\"", "\"MediaType\""))),
        ["T29 a byte order mark comes first"] = Same(VerdictCodes.JsonInvalid, s => s.Ask([0xEF, 0xBB, 0xBF, .. Bytes(s.Sign())])),
        ["T29 a second value follows"] = Same(VerdictCodes.JsonInvalid, s => s.Ask([.. Bytes(s.Sign()), .. "{}"u8])),
        ["T29 a byte is not UTF-8"] = Same(VerdictCodes.JsonInvalid, s => s.Ask([.. Bytes(s.Sign())[..^1], .. ",\"a\":\""u8, 0xFF, .. "\"}"u8])),
        ["T29 a surrogate stands alone"] = Same(VerdictCodes.JsonInvalid, s => s.Ask(Replaced(s, "\"payloadType\":\"", "\"payloadType\":\"\\ud800"))),
        ["T29 it is nested 20,000 levels deep"] = Same(VerdictCodes.JsonInvalid, s => s.Ask(Encoding.ASCII.GetBytes(new string('[', 20_000)))),
        ["T29 the signed statement is nested 65 levels deep"] = Same(VerdictCodes.JsonInvalid, s => s.Ask(Bytes(s.Sign(Text(Forgery.Statement()).Replacing("\"predicate\":{", "\"predicate\":{\"x\":" + new string('[', 64) + new string(']', 64) + ","))))),
        ["T29 the signed statement differs by case"] = Same(VerdictCodes.JsonInvalid, s => s.Ask(Bytes(s.Sign(Text(Forgery.Statement()).Replacing("\"subject\"", "\"Subject\""))))),
        ["T30 there are two signatures"] = Same(VerdictCodes.SigCount, s => s.Ask(Altered(s, b => b["dsseEnvelope"]!["signatures"]!.AsArray().Add(b["dsseEnvelope"]!["signatures"]![0]!.DeepClone())))),
        ["T30 there is no signature"] = Same(VerdictCodes.SigCount, s => s.Ask(Altered(s, b => b["dsseEnvelope"]!["signatures"] = new JsonArray()))),
        ["T32 the payload is larger than is read"] = Same(VerdictCodes.Limit, s => s.Ask(Bytes(s.Sign(x => x.Parameters()["x"] = new string('x', Envelope.MaximumPayloadSize))))),
        ["T32 there are more subjects than are read"] = Same(VerdictCodes.Limit, s => s.Ask(Bytes(s.Sign(x => x["subject"] = new JsonArray([.. Enumerable.Range(0, 1025).Select(_ => x["subject"]![0]!.DeepClone())]))))),
        ["T33 the payload's base64 has a line break"] = Same(VerdictCodes.Base64, s => s.Ask(Altered(s, b => b["dsseEnvelope"]!["payload"] = b["dsseEnvelope"]!["payload"] + "\n"))),
        ["T33 the signature's base64 has a blank"] = Same(VerdictCodes.Base64, s => s.Ask(Altered(s, b => b["dsseEnvelope"]!["signatures"]![0]!["sig"] = " " + b["dsseEnvelope"]!["signatures"]![0]!["sig"]))),
        ["T33 the base64 mixes both alphabets"] = Same(VerdictCodes.Base64, s => s.Ask(Altered(s, b => b["dsseEnvelope"]!["payload"] = "+-" + ((string)b["dsseEnvelope"]!["payload"]!)[2..]))),
    };

    public static TheoryData<string> Names { get; } = new(Attacks.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Verify_answers_an_attack_on_evidence_of_a_key_with_its_code(string attack) =>
        await ShouldGive(AttackedSigner.Keyed, attack, Attacks[attack].Keyed);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Verify_answers_an_attack_on_evidence_of_a_certificate_with_its_code(string attack) =>
        await ShouldGive(AttackedSigner.Keyless, attack, Attacks[attack].Keyless);

    // The code of a stranger's certificate under the right instance: who he is stands in the certificate.
    [Fact]
    public async Task Verify_rejects_another_identity_of_the_same_instance()
    {
        var sigstore = new PrivateSigstore();
        var request = AttackedSigner.Keyless.Ask(Bytes(sigstore.Sign(Forgery.Statement(), new LeafOptions { Subject = "https://evil.example/" }))) with
        {
            Signatures = new SignatureVerifier(sigstore.TrustedRoot(), SignatureDemands.All),
        };

        (await Forgery.VerifyAsync(request)).ShouldFail(VerdictCodes.Identity);
    }

    private static async Task ShouldGive(AttackedSigner signer, string attack, string code)
    {
        var verdict = await Forgery.VerifyAsync(Attacks[attack].Make(signer));

        verdict.Code.Should().Be(code, "{0}: {1}", attack, verdict.Message);
        verdict.Outcome.Should().Be(code is VerdictCodes.Verified ? VerdictOutcome.Pass : VerdictOutcome.Fail);
    }

    private static (string, string, Func<AttackedSigner, VerifyArtifact>) Same(string code, Func<AttackedSigner, VerifyArtifact> make) => (code, code, make);

    private static RegistryEvidence Stored(byte[] bundle)
    {
        var repository = new MemoryRepository();
        repository.AddReferrer(bundle);
        return new RegistryEvidence(repository);
    }

    private static byte[] Altered(AttackedSigner signer, Action<JsonObject> change)
    {
        var bundle = signer.Sign();
        change(bundle);
        return Bytes(bundle);
    }

    private static byte[] Replaced(AttackedSigner signer, string old, string replacement) => Encoding.UTF8.GetString(Bytes(signer.Sign())).Replacing(old, replacement);

    private static byte[] Bytes(JsonObject bundle) => Encoding.UTF8.GetBytes(bundle.ToJsonString());

    private static string Text(byte[] utf8) => Encoding.UTF8.GetString(utf8);

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);
}
