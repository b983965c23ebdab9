using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Tests.Verifying.Attacks;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying;

/// <summary>Whatever evidence looks like, judging it takes memory in proportion to its size, and what is larger than is read takes none.</summary>
public sealed class EvidenceCostTests
{
    // Measured: up to 21, where the input is little else than JSON values, of which each costs 12 bytes, and is read twice to say what is wrong.
    private const int BytesPerByte = 40;
    private const int Base = 256 * 1024;
    private const int Large = 2 << 20;

    private static readonly Dictionary<string, Func<AttackedSigner, byte[]>> Shapes = new()
    {
        ["deep arrays"] = static _ => Ascii(new string('[', Large)),
        ["deep objects"] = static _ => Ascii(Repeat("{\"a\":", Large)),
        ["a huge number"] = static s => With(s, "9" + new string('9', Large)),
        ["a huge exponent"] = static s => With(s, "1e" + new string('9', Large)),
        ["many small values"] = static s => With(s, "[" + Repeat("1,", Large) + "1]"),
        ["many empty objects"] = static s => With(s, "[" + Repeat("{},", Large) + "{}]"),
        ["many names"] = static s => With(s, "{" + string.Join(',', Enumerable.Range(0, Large / 12).Select(static i => $"\"{i:x}\":1")) + "}"),
        ["a name many times"] = static s => With(s, "{" + Repeat("\"a\":1,", Large) + "\"a\":1}"),
        ["many escapes"] = static s => With(s, "\"" + Repeat("\\u0041", Large) + "\""),
        ["many log entries"] = static s => Filled(s, static b => b["verificationMaterial"]!["tlogEntries"] = new JsonArray([.. Enumerable.Range(0, 100_000).Select(static _ => new JsonObject())])),
        ["many timestamps"] = static s => Filled(s, static b => b["verificationMaterial"]!["timestampVerificationData"] = new JsonObject { ["rfc3161Timestamps"] = new JsonArray([.. Enumerable.Range(0, 100_000).Select(static _ => new JsonObject())]) }),
        ["many signatures"] = static s => Filled(s, static b => b["dsseEnvelope"]!["signatures"] = new JsonArray([.. Enumerable.Range(0, 100_000).Select(static _ => new JsonObject { ["sig"] = "AA==" })])),
        ["a large signed payload"] = static s => Bytes(s.Sign(static x => x.Parameters()["x"] = new string('x', 4_000_000))),
        ["many signed values"] = static s => Bytes(s.Sign(static x => x.Parameters()["x"] = new JsonArray([.. Enumerable.Range(0, 400_000).Select(static _ => (JsonNode)1)]))),
        ["many signed subjects"] = static s => Bytes(s.Sign(static x => x["subject"] = new JsonArray([.. Enumerable.Range(0, 20_000).Select(_ => x["subject"]![0]!.DeepClone())]))),
    };

    public static TheoryData<string> Names { get; } = new(Shapes.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Verify_takes_memory_in_proportion_to_the_evidence(string shape)
    {
        foreach (var signer in new[] { AttackedSigner.Keyed, AttackedSigner.Keyless })
        {
            byte[] evidence = Shapes[shape](signer);

            var (verdict, allocated) = Measure(signer.Ask(evidence));

            VerdictCodes.Find(verdict.Code).Should().NotBeNull();
            allocated.Should().BeLessThan((evidence.Length * (long)BytesPerByte) + Base, "{0} of {1} bytes gave {2}", shape, evidence.Length, verdict.Code);
        }
    }

    [Fact]
    public void Verify_takes_next_to_no_memory_for_what_is_larger_than_is_read()
    {
        byte[] huge = new byte[64 << 20];
        Array.Fill(huge, (byte)'[');

        var (verdict, allocated) = Measure(AttackedSigner.Keyless.Ask(huge));

        verdict.ShouldFail(VerdictCodes.Limit);
        huge.Length.Should().BeGreaterThan(Bundle.MaximumSize);
        allocated.Should().BeLessThan(Base);
    }

    [Fact]
    public void Any_JSON_ends_in_a_verdict_within_its_memory()
    {
        var leaf = Gen.OneOf(
            Gen.Elements("null", "true", "-0", "1e999", "123456789012345678901234567890", "\"\"", "\"AAAA\"", "\"\\ud83d\\ude00\"", "\"MAA=\""),
            ArbMap.Default.GeneratorFor<int>().Select(static number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        var names = Gen.Elements(
            "mediaType", "verificationMaterial", "dsseEnvelope", "payload", "payloadType", "signatures", "sig", "keyid", "cert", "certificate", "rawBytes", "tlogEntries",
            "logId", "kindVersion", "inclusionProof", "checkpoint", "timestampVerificationData", "x509CertificateChain", "publicKey", "hint", "messageSignature");

        Prop.ForAll(Gen.Sized(Value).ToArbitrary(), static json =>
        {
            byte[] evidence = Encoding.UTF8.GetBytes(json);
            var (verdict, allocated) = Measure(AttackedSigner.Keyless.Ask(evidence));
            return VerdictCodes.Find(verdict.Code) is not null && verdict.Outcome is VerdictOutcome.Fail && allocated < (evidence.Length * (long)BytesPerByte) + Base;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(60));

        Gen<string> Value(int size) => size <= 1 ? leaf : Gen.OneOf(
            leaf,
            Value(size / 3).ListOf().Select(static items => $"[{string.Join(',', items)}]"),
            (from name in names from value in Value(size / 2) select $"\"{name}\":{value}").ListOf().Select(static members => $"{{{string.Join(',', members)}}}"));
    }

    // Evidence in memory never waits, so that everything happens in this thread.
    private static (Verdict Verdict, long Allocated) Measure(VerifyArtifact request)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var verdict = Forgery.VerifyAsync(request).GetAwaiter().GetResult();
        return (verdict, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] With(AttackedSigner signer, string value) => Text(signer).Replacing("\"mediaType\"", $"\"extra\":{value},\"mediaType\"");

    private static byte[] Filled(AttackedSigner signer, Action<JsonObject> change)
    {
        var bundle = signer.Sign();
        change(bundle);
        return Bytes(bundle);
    }

    private static string Text(AttackedSigner signer) => signer.Sign().ToJsonString();

    private static byte[] Bytes(JsonObject bundle) => Encoding.UTF8.GetBytes(bundle.ToJsonString());

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private static string Repeat(string text, int length) => string.Concat(Enumerable.Repeat(text, length / text.Length));
}
