using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Whatever is done to a genuine keyless bundle, it ends in a verdict, and never in a better one.</summary>
public sealed class BundlePropertyTests
{
    private static readonly byte[] Genuine = Vectors.Bytes("sigstore-vectors/kl1.bundle.json");
    private static readonly byte[] Artifact = Convert.FromHexString("42bb3ff36f58e180a5a00d384e1df2004d579674b3fc12254ea4af34ecf50167");
    private static readonly BundleVerifier Verifier = new(
        new SignatureVerifier(TrustedRoot.Parse(Vectors.Bytes("sigstore-vectors/trusted_root.json")), SignatureDemands.All),
        BundleSigner.Named(new ExpectedIdentity(TextPattern.Exactly("https://k8s.example.test/ns/default/sa/builder"), TextPattern.Exactly("http://localhost:5621"))));

    [Fact]
    public void Every_bit_of_what_is_signed_and_of_the_proofs_counts()
    {
        string[][] places =
        [
            ["verificationMaterial", "certificate", "rawBytes"],
            ["verificationMaterial", "tlogEntries", "0", "canonicalizedBody"],
            ["verificationMaterial", "tlogEntries", "0", "inclusionPromise", "signedEntryTimestamp"],
            ["dsseEnvelope", "payload"],
            ["dsseEnvelope", "signatures", "0", "sig"],
        ];
        var random = new Random(20261121);
        foreach (string[] place in places)
        {
            for (int i = 0; i < 150; i++)
            {
                var bundle = (JsonObject)JsonNode.Parse(Genuine)!;
                var holder = place[..^1].Aggregate((JsonNode)bundle, static (node, name) => name is "0" ? node[0]! : node[name]!);
                StrictBase64.TryDecode((string)holder[place[^1]]!, out byte[]? bytes).Should().BeTrue();
                int bit = random.Next(bytes!.Length * 8);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                holder[place[^1]] = Convert.ToBase64String(bytes);

                Verify(Encoding.UTF8.GetBytes(bundle.ToJsonString())).Code.Should().NotBe(VerdictCodes.Verified, "bit {0} of {1} was flipped", bit, place[^1]);
            }
        }
    }

    [Fact]
    public void Any_text_between_pieces_of_a_genuine_bundle_ends_in_a_verdict_with_a_known_code()
    {
        string genuine = Encoding.UTF8.GetString(Genuine);
        var spliced =
            from start in Gen.Choose(0, genuine.Length)
            from length in Gen.Choose(0, 60)
            from piece in Gen.Elements("", "{", "}", "[", "]", "null", "1e999", "-1", "99999999999999999999", "\"", "\\ud800", "{}", "[]", "true", "\"a\":1,", ",", ":", "AAAA", "\\n", "=")
            select genuine[..start] + piece + genuine[Math.Min(genuine.Length, start + length)..];

        Prop.ForAll(spliced.ToArbitrary(), text => EndsInVerdict(Encoding.UTF8.GetBytes(text))).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Fact]
    public void Any_value_in_any_place_of_a_genuine_bundle_ends_in_a_verdict_with_a_known_code()
    {
        int count = Places((JsonObject)JsonNode.Parse(Genuine)!).Count;
        var replaced =
            from place in Gen.Choose(0, count - 1)
            from value in Gen.Elements("null", "1", "-1", "9223372036854775807", "\"9223372036854775807\"", "\"\"", "\"AAAA\"", "\"MAA=\"", "\"MIAAAA==\"", "[]", "{}", "[[]]", "[null]", "true", "\"\\n\\n\\u2014 a AAAAAAAA\\n\"")
            select Replace(place, value);

        Prop.ForAll(replaced.ToArbitrary(), EndsInVerdict).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Fact]
    public void Random_bytes_for_certificates_timestamps_and_bodies_end_in_a_verdict_with_a_known_code() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Enumerable.Range(0, 3).All(i =>
        {
            var bundle = (JsonObject)JsonNode.Parse(Genuine)!;
            var material = bundle["verificationMaterial"]!;
            var (holder, name) = i switch
            {
                0 => (material["certificate"]!, "rawBytes"),
                1 => (material["timestampVerificationData"]!["rfc3161Timestamps"]![0]!, "signedTimestamp"),
                _ => (material["tlogEntries"]![0]!, "canonicalizedBody"),
            };
            holder[name] = Convert.ToBase64String(bytes ?? []);
            return EndsInVerdict(Encoding.UTF8.GetBytes(bundle.ToJsonString()));
        })).QuickCheckThrowOnFailure();

    private static byte[] Replace(int place, string value)
    {
        var bundle = (JsonObject)JsonNode.Parse(Genuine)!;
        Places(bundle)[place].ReplaceWith(JsonNode.Parse(value));
        return Encoding.UTF8.GetBytes(bundle.ToJsonString());
    }

    private static List<JsonNode> Places(JsonNode node) =>
    [
        .. node.Parent is null ? [] : new[] { node },
        .. node switch
        {
            JsonObject members => members.SelectMany(static member => Places(member.Value!)),
            JsonArray items => items.SelectMany(static item => Places(item!)),
            _ => [],
        },
    ];

    private static bool EndsInVerdict(byte[] bundle) => VerdictCodes.Find(Verify(bundle).Code) is not null;

    private static BundleVerdict Verify(byte[] bundle) => Verifier.Verify(bundle, static algorithm => algorithm.Name is "SHA256" ? Artifact : null);
}
