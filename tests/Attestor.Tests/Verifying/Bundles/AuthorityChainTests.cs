using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;
using static Provenance.Attestor.Tests.Verifying.Forgery;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>
/// Authorities below a root. They count where the trusted root lists them, and nowhere else: as in sigstore-go, which never takes one out of
/// a bundle.
/// </summary>
public sealed class AuthorityChainTests
{
    public static TheoryData<string> Unsound { get; } =
    [
        "for other purposes", "no authority", "not for certificates", "below a root that allows none", "with critical name constraints", "with name constraints",
    ];

    [Fact]
    public async Task Verify_accepts_a_certificate_of_an_authority_below_the_root_where_the_trusted_root_lists_both()
    {
        foreach (string? purpose in new[] { "1.3.6.1.5.5.7.3.3", "2.5.29.37.0", null })
        {
            var instance = new PrivateSigstore(new IntermediateOptions { Purpose = purpose });

            (await VerifyAsync(instance, instance.TrustedRootJson(), static _ => { })).ShouldPass();
            (await VerifyAsync(instance, instance.TrustedRootJson(), b => Carry(b, instance.IssuingCertificate))).ShouldPass();
        }
    }

    [Fact]
    public async Task Verify_never_takes_an_authority_out_of_the_bundle()
    {
        var instance = new PrivateSigstore(new IntermediateOptions());
        var root = instance.TrustedRootJson();
        root.At("certificateAuthorities", 0, "certChain", "certificates").AsArray().RemoveAt(0);

        (await VerifyAsync(instance, root, b => Carry(b, instance.IssuingCertificate))).ShouldFail(VerdictCodes.CertChain);
        (await VerifyAsync(instance, root, static _ => { })).ShouldFail(VerdictCodes.CertChain);
    }

    [Fact]
    public async Task Verify_passes_over_foreign_authorities_in_the_bundle_but_not_over_what_is_no_certificate()
    {
        var instance = new PrivateSigstore(new IntermediateOptions());
        var foreign = new PrivateSigstore(new IntermediateOptions());

        (await VerifyAsync(instance, instance.TrustedRootJson(), b => Carry(b, foreign.IssuingCertificate))).ShouldPass();
        (await VerifyAsync(instance, instance.TrustedRootJson(), b => Carry(b, [1, 2, 3]))).ShouldFail(VerdictCodes.CertInvalid);
        (await VerifyAsync(instance, instance.TrustedRootJson(), b => Carry(b, foreign.RootCertificate))).ShouldFail(VerdictCodes.CertChain);
    }

    [Fact]
    public async Task Verify_asks_that_every_authority_was_valid_when_the_signature_was_made()
    {
        var instance = new PrivateSigstore(new IntermediateOptions { Lifetime = TimeSpan.FromDays(1) });

        (await VerifyAsync(instance, instance.TrustedRootJson(), static _ => { })).ShouldFail(VerdictCodes.TimeOutOfRange);
    }

    [Theory]
    [MemberData(nameof(Unsound))]
    public void A_trusted_root_with_an_unsound_authority_below_its_root_is_refused(string what)
    {
        var instance = new PrivateSigstore(what switch
        {
            "for other purposes" => new IntermediateOptions { Purpose = "1.3.6.1.5.5.7.3.1" },
            "no authority" => new IntermediateOptions { IsAuthority = false },
            "not for certificates" => new IntermediateOptions { MaySignCertificates = false },
            "below a root that allows none" => new IntermediateOptions { IsTooDeep = true },
            _ => new IntermediateOptions { NamesAreConstrainedCritically = what.Contains("critical", StringComparison.Ordinal) },
        });

        var read = () => instance.TrustedRoot();

        read.Should().Throw<TrustedRootException>().WithMessage("*certificate *");
        if (what.Contains("constraints", StringComparison.Ordinal))
        {
            read.Should().Throw<TrustedRootException>().WithMessage("*certificate 1 may vouch for certain names only (name constraints)*");
        }
    }

    private static void Carry(JsonObject bundle, byte[] certificate)
    {
        bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2";
        var material = bundle.At("verificationMaterial").AsObject();
        material["x509CertificateChain"] = new JsonObject
        {
            ["certificates"] = new JsonArray(material["certificate"]!.DeepClone(), new JsonObject { ["rawBytes"] = Convert.ToBase64String(certificate) }),
        };
        material.Remove("certificate");
    }

    private static Task<Verdict> VerifyAsync(PrivateSigstore instance, JsonObject root, Action<JsonObject> change)
    {
        var bundle = instance.Sign(Statement());
        change(bundle);
        return Forgery.VerifyAsync(Request(Encoding.UTF8.GetBytes(bundle.ToJsonString())) with
        {
            Keys = [],
            Identity = new ExpectedIdentity(TextPattern.Exactly(PrivateSigstore.Identity), TextPattern.Exactly(PrivateSigstore.Issuer)),
            Signatures = new SignatureVerifier(TrustedRoot.Parse(Encoding.UTF8.GetBytes(root.ToJsonString())), SignatureDemands.All),
        });
    }
}
