using System.Globalization;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying;

/// <summary>Bundles of peers with timestamps of a time stamping authority (RFC 3161), under windows that end around them.</summary>
public sealed class KeyWindowTests
{
    private const string TimestampOnly = "key-tsaonly.bundle.json";
    private const string LogWithoutTime = "cs-key-2-1.json";
    private const string NoTime = "cs-key-0-0.json";

    [Theory]
    [InlineData(TimestampOnly, "2026-11-21T04:48:11Z", "2026-11-21T04:48:11Z", VerdictCodes.Verified)]
    [InlineData(TimestampOnly, null, "2026-11-21T04:48:11Z", VerdictCodes.Verified)]
    [InlineData(TimestampOnly, "2026-11-21T04:48:11Z", null, VerdictCodes.Verified)]
    [InlineData(TimestampOnly, null, "2026-11-21T04:48:10Z", VerdictCodes.KeyWindow)]
    [InlineData(TimestampOnly, "2026-11-21T04:48:12Z", null, VerdictCodes.KeyWindow)]
    [InlineData(LogWithoutTime, null, "2026-11-21T04:54:10Z", VerdictCodes.Verified)]
    [InlineData(LogWithoutTime, null, "2026-11-21T04:54:09Z", VerdictCodes.KeyWindow)]
    [InlineData(NoTime, "2026-01-01T00:00:00Z", null, VerdictCodes.KeyWindow)]
    public async Task The_time_of_a_trusted_witness_decides(string bundle, string? start, string? end, string code) =>
        (await VerifyAsync(bundle, start, end, "sigstore-vectors/trusted_root.json")).Code.Should().Be(code);

    [Fact]
    public async Task An_authority_that_is_not_trusted_gives_no_time() =>
        (await VerifyAsync(TimestampOnly, null, "2026-11-21T04:48:11Z", "sigstore-conformance/public-good.trusted_root.json")).ShouldFail(VerdictCodes.TimeUntrusted);

    private static Task<Verdict> VerifyAsync(string bundle, string? start, string? end, string root)
    {
        var key = VerificationKey.FromPem(Vectors.Text(bundle.StartsWith("cs-", StringComparison.Ordinal) ? "sigstore-vectors/our.pub" : "sigstore-vectors/cosign.pub"));
        var verifier = new SignatureVerifier(TrustedRoot.Parse(Vectors.Bytes(root)), new SignatureDemands { LogEntry = false });
        var signer = TrustedSigner.OwnerOf("peer", key, verifier, new KeyWindow(Time(start), Time(end)));
        string subject = bundle switch
        {
            TimestampOnly => "2fee9849cecbd55381c090c5811d07f5ef6f807fab1e178e4ba6298284c9db58",
            LogWithoutTime => "cdbae15316160f0999f823a56271557afb477df41c7d3d836bff35f3012b801b",
            _ => "c685fe6c7e17751de0d83c0a78618ed664a1807048a15501e946a03236a9895e",
        };
        return Forgery.VerifyAsync(new VerifyArtifact
        {
            Subject = Digest.Parse("sha256:" + subject),
            ArtifactName = "peer",
            Evidence = [new OfferedEvidence(bundle, Vectors.Bytes("sigstore-vectors/" + bundle))],
            Policies = [new AskedPolicy("asked", [signer], [SlsaPredicate.Type])],
        });
    }

    private static DateTimeOffset? Time(string? text) => text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
