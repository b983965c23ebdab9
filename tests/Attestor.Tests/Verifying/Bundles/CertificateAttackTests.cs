using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;
using static Provenance.Attestor.Tests.Verifying.Forgery;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Attacks on bundles that a certificate signed. Every one starts from a bundle that verifies.</summary>
public sealed class CertificateAttackTests
{
    private static readonly PrivateSigstore Ours = new();
    private static readonly PrivateSigstore Theirs = new();
    private static readonly ExpectedIdentity Builder = new(TextPattern.Exactly(PrivateSigstore.Identity), TextPattern.Exactly(PrivateSigstore.Issuer));

    [Fact]
    public async Task Verify_accepts_the_identity_that_is_asked_for_and_says_who_and_when()
    {
        var verdict = await VerifyAsync(Ours.Sign(Statement()));

        verdict.ShouldPass();
        verdict.Accepted!.Signature!.Identity!.Subject.Should().Be(PrivateSigstore.Identity);
        verdict.Accepted.Signature.Times.Should().ContainSingle().Which.Time.Should().Be(PrivateSigstore.SignedAt);
        verdict.Accepted.Signature.LogEntries.Should().Equal("log.example.com 7");
    }

    [Fact]
    public async Task Verify_rejects_an_altered_payload_and_a_grafted_signature()
    {
        var other = Ours.Sign(Statement(s => s["predicate"]!["runDetails"]!["metadata"]!["invocationId"] = "2"));
        string payload = (string)other.At("dsseEnvelope", "payload")!;
        string signature = (string)other.At("dsseEnvelope", "signatures", 0, "sig")!;

        (await VerifyAsync(Changed(b => b.At("dsseEnvelope")["payload"] = payload))).ShouldFail(VerdictCodes.TlogMismatch);
        (await VerifyAsync(Changed(b => b.At("dsseEnvelope", "signatures", 0)["sig"] = signature))).ShouldFail(VerdictCodes.TlogMismatch);
        (await VerifyAsync(Changed(b => b.At("verificationMaterial")["tlogEntries"] = other.At("verificationMaterial", "tlogEntries").DeepClone())))
            .ShouldFail(VerdictCodes.TlogMismatch);
        (await VerifyAsync(Ours.Sign(Statement(s => s["subject"]![0]!["digest"]!["sha256"] = new string('0', 64))))).ShouldFail(VerdictCodes.SubjectMismatch);
    }

    [Fact]
    public async Task Verify_needs_the_log_entry_that_is_asked_for_whatever_version_the_bundle_claims()
    {
        (await VerifyAsync(Changed(b => b.At("verificationMaterial").AsObject().Remove("tlogEntries")))).ShouldFail(VerdictCodes.TlogMissing);
        (await VerifyAsync(Changed(b => b.At("verificationMaterial", "tlogEntries", 0).AsObject().Remove("inclusionProof")))).ShouldFail(VerdictCodes.TlogProof);
        (await VerifyAsync(Downgraded(b => b.At("verificationMaterial", "tlogEntries", 0).AsObject().Remove("inclusionPromise")))).ShouldFail(VerdictCodes.TlogProof);
        (await VerifyAsync(Downgraded(b => b.At("verificationMaterial").AsObject().Remove("tlogEntries")))).ShouldFail(VerdictCodes.TlogMissing);
        (await VerifyAsync(Downgraded(static _ => { }))).ShouldPass();
    }

    [Fact]
    public async Task Verify_needs_a_trusted_time_and_never_takes_the_present_one()
    {
        var request = Request(Changed(b => b.At("verificationMaterial", "tlogEntries", 0).AsObject().Remove("inclusionPromise")));

        (await Forgery.VerifyAsync(request)).ShouldFail(VerdictCodes.TimeMissing);
        (await Forgery.VerifyAsync(Request(Changed(b => b.At("verificationMaterial").AsObject().Remove("tlogEntries"))) with
        {
            Signatures = new SignatureVerifier(Ours.TrustedRoot(), new SignatureDemands { LogEntry = false }),
        })).ShouldFail(VerdictCodes.TimeMissing);
        (await VerifyAsync(Ours.Sign(Statement(), at: PrivateSigstore.SignedAt.AddMinutes(9)))).ShouldFail(VerdictCodes.TimeOutOfRange);
        (await VerifyAsync(Ours.Sign(Statement(), at: PrivateSigstore.SignedAt.AddMinutes(-3)))).ShouldFail(VerdictCodes.TimeOutOfRange);
        (await VerifyAsync(Changed(b => b.At("verificationMaterial", "tlogEntries", 0)["integratedTime"] = "1767322921"))).ShouldFail(VerdictCodes.TlogSet);
    }

    [Fact]
    public async Task Verify_rejects_entries_and_certificates_of_an_instance_that_is_not_trusted()
    {
        (await VerifyAsync(Theirs.Sign(Statement()))).ShouldFail(VerdictCodes.TlogUntrusted);
        (await Forgery.VerifyAsync(Request(Theirs.Sign(Statement())) with { Signatures = With(r => r["tlogs"] = Theirs.TrustedRootJson()["tlogs"]!.DeepClone()) }))
            .ShouldFail(VerdictCodes.CertChain);
        (await Forgery.VerifyAsync(Request(Ours.Sign(Statement())) with { Signatures = With(r => r["ctlogs"] = Theirs.TrustedRootJson()["ctlogs"]!.DeepClone()) }))
            .ShouldFail(VerdictCodes.CertSct);
    }

    [Theory]
    [InlineData("tlogs", "publicKey", VerdictCodes.TlogUntrusted)]
    [InlineData("ctlogs", "publicKey", VerdictCodes.CertSct)]
    [InlineData("certificateAuthorities", null, VerdictCodes.TimeOutOfRange)]
    public async Task Verify_trusts_a_part_of_the_trusted_root_only_within_its_window(string part, string? within, string code)
    {
        var request = Request(Ours.Sign(Statement()));

        (await Forgery.VerifyAsync(request with { Signatures = With(r => Holder(r)["validFor"] = Window("2026-01-01T00:00:00Z", "2026-01-02T02:59:59Z")) })).ShouldFail(code);
        (await Forgery.VerifyAsync(request with { Signatures = With(r => Holder(r)["validFor"] = Window("2026-01-02T03:02:01Z", "2026-12-31T00:00:00Z")) })).ShouldFail(code);

        JsonObject Holder(JsonObject root) => (JsonObject)(within is null ? root.At(part, 0) : root.At(part, 0, within));
        static JsonObject Window(string start, string end) => new() { ["start"] = start, ["end"] = end };
    }

    [Fact]
    public async Task Verify_rejects_certificates_that_are_not_for_signing()
    {
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { Purpose = null }))).ShouldFail(VerdictCodes.CertChain);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { Purpose = "1.3.6.1.5.5.7.3.1" }))).ShouldFail(VerdictCodes.CertChain);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { IsAuthority = true }))).ShouldFail(VerdictCodes.CertChain);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { CriticalExtension = "1.2.3.4" }))).ShouldFail(VerdictCodes.CertChain);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { WithPromise = false }))).ShouldFail(VerdictCodes.CertSct);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { PromiseAlgorithm = 1 }))).ShouldFail(VerdictCodes.CertSct);
    }

    [Fact]
    public async Task Verify_rejects_a_root_certificate_inside_the_bundle()
    {
        string root = Convert.ToBase64String(Ours.RootCertificate);
        var bundle = Downgraded(b => b.At("verificationMaterial", "x509CertificateChain", "certificates").AsArray().Add(new JsonObject { ["rawBytes"] = root }));

        (await VerifyAsync(bundle)).ShouldFail(VerdictCodes.CertChain);
    }

    [Fact]
    public async Task Verify_binds_the_name_and_the_issuer_both()
    {
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { Subject = PrivateSigstore.Identity + "-evil" }))).ShouldFail(VerdictCodes.Identity);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { SecondSubject = "https://evil.example" }))).ShouldFail(VerdictCodes.Identity);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { Subject = null }))).ShouldFail(VerdictCodes.Identity);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { Issuer = "https://evil.example", OldIssuer = null }))).ShouldFail(VerdictCodes.Identity);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { Issuer = null, OldIssuer = null }))).ShouldFail(VerdictCodes.Identity);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { OldIssuer = "https://evil.example" }))).ShouldFail(VerdictCodes.Identity);
        (await VerifyAsync(Ours.Sign(Statement(), new LeafOptions { Issuer = null }))).ShouldPass();
    }

    [Fact]
    public async Task Verify_never_takes_a_key_for_an_identity_or_the_reverse()
    {
        (await Forgery.VerifyAsync(Request(Ours.Sign(Statement())) with { Identity = null, Keys = [Signer.PublicKey] })).ShouldFail(VerdictCodes.KeyExpected);
        (await Forgery.VerifyAsync(Forgery.Request(Bundle(Statement())) with { Keys = [], Identity = Builder, Signatures = With(static _ => { }) })).ShouldFail(VerdictCodes.CertExpected);
        (await Forgery.VerifyAsync(Forgery.Request(EnvelopeBy(Signer)) with { Keys = [], Identity = Builder, Signatures = With(static _ => { }) })).ShouldFail(VerdictCodes.CertExpected);
        (await Forgery.VerifyAsync(Forgery.Request(Bundle(Statement())) with { Signatures = With(static _ => { }) })).ShouldFail(VerdictCodes.TlogMissing);
    }

    [Fact]
    public async Task Verify_refuses_the_same_entry_twice_and_more_of_them_than_it_reads()
    {
        (await VerifyAsync(Changed(b => Repeat(b, 2)))).ShouldFail(VerdictCodes.BundleContent);
        (await VerifyAsync(Changed(b => Repeat(b, 33)))).ShouldFail(VerdictCodes.Limit);

        static void Repeat(JsonObject bundle, int count)
        {
            var entry = bundle.At("verificationMaterial", "tlogEntries", 0);
            bundle.At("verificationMaterial")["tlogEntries"] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => entry.DeepClone())]);
        }
    }

    private static JsonObject Changed(Action<JsonObject> change)
    {
        var bundle = Ours.Sign(Statement());
        change(bundle);
        return bundle;
    }

    // The same proofs in a bundle that says it is of the version which asks for least.
    private static JsonObject Downgraded(Action<JsonObject> change) => Changed(bundle =>
    {
        bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1";
        var material = bundle.At("verificationMaterial").AsObject();
        material["x509CertificateChain"] = new JsonObject { ["certificates"] = new JsonArray(material["certificate"]!.DeepClone()) };
        material.Remove("certificate");
        change(bundle);
    });

    private static SignatureVerifier With(Action<JsonObject> change)
    {
        var root = Ours.TrustedRootJson();
        change(root);
        return new SignatureVerifier(TrustedRoot.Parse(Encoding.UTF8.GetBytes(root.ToJsonString())), SignatureDemands.All);
    }

    private static Task<Verdict> VerifyAsync(JsonObject bundle) => Forgery.VerifyAsync(Request(bundle));

    private static VerifyArtifact Request(JsonObject bundle) => Forgery.Request(Encoding.UTF8.GetBytes(bundle.ToJsonString())) with
    {
        Keys = [],
        Identity = Builder,
        Signatures = With(static _ => { }),
    };
}
