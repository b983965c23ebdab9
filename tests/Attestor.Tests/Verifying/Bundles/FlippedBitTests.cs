using System.Formats.Asn1;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>
/// One flipped bit in a genuine keyless bundle. Two parts are nobody's word, and change nothing: in the token of a timestamp what stands
/// outside its signature (RFC 5652, section 5.1: versions and digest algorithms), and in a log entry of version 2 the tree size beside the
/// signed checkpoint, which is not read.
/// </summary>
public sealed class FlippedBitTests
{
    private static readonly TrustedRoot Root = TrustedRoot.Parse(Vectors.Bytes("sigstore-vectors/trusted_root.json"));
    private static readonly BundleSigner Builder = BundleSigner.Named(
        new ExpectedIdentity(TextPattern.Exactly("https://k8s.example.test/ns/default/sa/builder"), TextPattern.Exactly("http://localhost:5621")));

    [Theory]
    [InlineData("cs-keyless-1-0.json", false, false)]
    [InlineData("kl1.bundle.json", true, false)]
    [InlineData("kl2.bundle.json", true, true)]
    [InlineData("kl-tsaonly.bundle.json", true, false)]
    public void A_flipped_bit_verifies_only_where_nobody_vouches_for_it_and_nobody_reads_it(string name, bool hasFrame, bool hasTreeSize)
    {
        byte[] genuine = Vectors.Bytes("sigstore-vectors/" + name);
        var artifact = StatementReader.Read(Bundle.Parse(genuine).Envelope.Payload).Subjects[0].Digest!.ContentDigest!;
        byte[] hash = Convert.FromHexString(artifact.Hex);
        bool isLogged = !name.Contains("tsaonly", StringComparison.Ordinal);
        var verifier = new BundleVerifier(new SignatureVerifier(Root, new SignatureDemands { LogEntry = isLogged }), Builder);
        var before = Verify(genuine).Signature;
        before.Should().NotBeNull();
        var (frames, treeSizes) = (0, 0);
        foreach (int bit in Bits(genuine, isWholly: !isLogged))
        {
            byte[] altered = [.. genuine];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            if (Verify(altered).Signature is not { } after)
            {
                continue;
            }

            after.Identity.Should().Be(before!.Identity, "bit {0} was flipped", bit);
            after.Times.Should().Equal(before.Times, "bit {0} was flipped", bit);
            after.Key.Fingerprint.Should().Be(before.Key.Fingerprint, "bit {0} was flipped", bit);
            var (one, other) = (JsonNode.Parse(genuine)!, JsonNode.Parse(altered)!);
            if (Put(one, other, "tlogEntries", "inclusionProof", "treeSize"))
            {
                treeSizes++;
            }
            else
            {
                frames++;
                var frame = FrameOf(Token(one));
                Token(one).Index().Where(at => Token(other)[at.Index] != at.Item).Should().OnlyContain(at => frame.Contains(at.Index), "bit {0} was flipped", bit);
                Put(one, other, "timestampVerificationData", "rfc3161Timestamps", "signedTimestamp").Should().BeTrue();
            }

            JsonNode.DeepEquals(one, other).Should().BeTrue("bit {0} was flipped, and nothing else may differ", bit);
        }

        (frames > 0).Should().Be(hasFrame);
        (treeSizes > 0).Should().Be(hasTreeSize);

        BundleVerdict Verify(byte[] bundle) => verifier.Verify(bundle, algorithm => algorithm.Name is "SHA256" ? hash : null);
    }

    /// <summary>One bit of every byte, and all of those in the proof's numbers and, where asked for, in the first part of the timestamp.</summary>
    private static IEnumerable<int> Bits(byte[] genuine, bool isWholly)
    {
        string text = Encoding.UTF8.GetString(genuine);
        int timestamp = text.IndexOf("\"signedTimestamp\"", StringComparison.Ordinal);
        int size = text.IndexOf("\"treeSize\"", StringComparison.Ordinal);
        for (int place = 0; place < genuine.Length; place++)
        {
            bool isEvery = (isWholly && place >= timestamp && place < timestamp + 400) || (size >= 0 && place >= size && place < size + 20);
            foreach (int bit in isEvery ? Enumerable.Range(0, 8) : [place % 8])
            {
                yield return (place * 8) + bit;
            }
        }
    }

    /// <summary>Gives a member of the other's the genuine value, if both have it; false where they are the same already.</summary>
    private static bool Put(JsonNode genuine, JsonNode other, string list, string name, string member)
    {
        var (one, two) = (Holder(genuine), Holder(other));
        if (one?[member] is not { } value || two?[member] is not { } changed || JsonNode.DeepEquals(value, changed))
        {
            return false;
        }

        two[member] = value.DeepClone();
        return true;

        JsonNode? Holder(JsonNode bundle) => bundle["verificationMaterial"]![list] is JsonArray entries ? entries[0]![name] : bundle["verificationMaterial"]![list]?[name]?[0];
    }

    private static byte[] Token(JsonNode bundle) =>
        StrictBase64.TryDecode((string)bundle["verificationMaterial"]!["timestampVerificationData"]!["rfc3161Timestamps"]![0]!["signedTimestamp"]!, out byte[]? bytes) ? bytes : [];

    /// <summary>Where the bytes of a TimeStampResp stand that its signature does not cover, and that no algorithm is chosen by.</summary>
    private static HashSet<int> FrameOf(byte[] response)
    {
        var places = new HashSet<int>();
        var answer = new AsnReader(response, AsnEncodingRules.BER).ReadSequence();
        answer.ReadEncodedValue();
        var content = answer.ReadSequence();
        content.ReadObjectIdentifier();
        var signed = content.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        Add(signed.ReadIntegerBytes());
        Add(signed.ReadEncodedValue());
        while (!signed.PeekTag().HasSameClassAndValue(Asn1Tag.SetOf))
        {
            signed.ReadEncodedValue();
        }

        var signer = signed.ReadSetOf().ReadSequence();
        Add(signer.ReadIntegerBytes());
        signer.ReadEncodedValue();
        var digest = signer.ReadSequence();
        digest.ReadObjectIdentifier();
        Add(digest.ReadEncodedValue());
        return places;

        void Add(ReadOnlyMemory<byte> value)
        {
            response.AsSpan().Overlaps(value.Span, out int start).Should().BeTrue();
            places.UnionWith(Enumerable.Range(start, value.Length));
        }
    }
}
