using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Entries with a proof of inclusion and no promise, in bundles by a key: they are in the log, and nobody says since when.</summary>
public sealed class LogWithoutTimeTests
{
    private readonly PrivateSigstore silent = new();
    private readonly PrivateSigstore promising = new();

    [Theory]
    [InlineData(null, VerdictCodes.Verified)]
    [InlineData("2026-01-02T00:00:00Z", VerdictCodes.TimeMissing)]
    [InlineData("2199-12-31T23:59:59Z", VerdictCodes.TimeMissing)]
    public void A_log_whose_trust_ends_counts_only_where_a_time_is_known(string? end, string code) =>
        Judge(SignWithoutPromise(Forgery.Statement()), Trusting(end, silent)).Should().Be(code);

    [Theory]
    [InlineData("2026-12-31T23:59:59Z", true, VerdictCodes.Verified)]
    [InlineData("2026-12-31T23:59:59Z", false, VerdictCodes.Verified)]
    [InlineData("2026-01-02T00:00:00Z", true, VerdictCodes.TlogUntrusted)]
    [InlineData("2026-01-02T00:00:00Z", false, VerdictCodes.TlogUntrusted)]
    public void The_time_of_another_log_counts_wherever_its_entry_stands(string end, bool comesFirst, string code)
    {
        byte[] statement = Forgery.Statement();
        var bundle = SignWithoutPromise(statement);
        byte[] signature = Bundle.Parse(Encoding.UTF8.GetBytes(bundle.ToJsonString())).Envelope.Signatures[0].Value.ToArray();
        var entries = bundle["verificationMaterial"]!["tlogEntries"]!.AsArray();
        entries.Insert(comesFirst ? 0 : 1, promising.Enter(statement, signature, Forgery.Signer.PublicKey.ToPem(), PrivateSigstore.SignedAt));

        Judge(bundle, Trusting(end, silent, promising)).Should().Be(code);
    }

    private JsonObject SignWithoutPromise(byte[] statement)
    {
        var bundle = silent.Sign(statement, Forgery.Signer, PrivateSigstore.SignedAt);
        bundle["verificationMaterial"]!["tlogEntries"]![0]!.AsObject().Remove("inclusionPromise").Should().BeTrue();
        return bundle;
    }

    // The end is that of the first one's trust.
    private static TrustedRoot Trusting(string? end, params PrivateSigstore[] instances)
    {
        var root = instances[0].TrustedRootJson();
        var logs = root["tlogs"]!.AsArray();
        var window = logs[0]!["publicKey"]!["validFor"]!.AsObject();
        window.Remove("end");
        if (end is not null)
        {
            window["end"] = end;
        }

        foreach (var instance in instances[1..])
        {
            logs.Add(instance.TrustedRootJson()["tlogs"]![0]!.DeepClone());
        }

        return TrustedRoot.Parse(Encoding.UTF8.GetBytes(root.ToJsonString()));
    }

    private static string Judge(JsonObject bundle, TrustedRoot root) =>
        new BundleVerifier(new SignatureVerifier(root, SignatureDemands.All), BundleSigner.OwnerOf(SignatureKey.FromPem(Forgery.Signer.PublicKey.ToPem())))
            .Verify(Encoding.UTF8.GetBytes(bundle.ToJsonString()), static _ => Convert.FromHexString(Forgery.Subject.Hex)).Code;
}
