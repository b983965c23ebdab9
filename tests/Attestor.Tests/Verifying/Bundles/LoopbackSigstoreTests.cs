using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Verifying;
using Provenance.Testing;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>The Sigstore instance of the tests: what it answers verifies, and each of its lies is found.</summary>
public sealed class LoopbackSigstoreTests
{
    // What a verifier says of each lie. The nonce of a timestamp is for the client to compare: no bundle holds the request. A log
    // notices a certificate for another key, so that this lie comes without one.
    private static readonly Dictionary<SigstoreLie, (SigningConfigKind Kind, string Code)> Lies = new()
    {
        [SigstoreLie.None] = (SigningConfigKind.RekorV1AndTimestamp, VerdictCodes.Verified),
        [SigstoreLie.CertificatePromiseByAnotherKey] = (SigningConfigKind.RekorV1, VerdictCodes.CertSct),
        [SigstoreLie.CertificatePromiseMissing] = (SigningConfigKind.RekorV1, VerdictCodes.CertSct),
        [SigstoreLie.CertificateForAnotherKey] = (SigningConfigKind.TimestampOnly, VerdictCodes.SigInvalid),
        [SigstoreLie.CertificateForAnotherIdentity] = (SigningConfigKind.RekorV1, VerdictCodes.Identity),
        [SigstoreLie.CertificateByAnotherIssuer] = (SigningConfigKind.RekorV1, VerdictCodes.Identity),
        [SigstoreLie.CertificateByAnotherRoot] = (SigningConfigKind.RekorV1, VerdictCodes.CertChain),
        [SigstoreLie.CertificateExpired] = (SigningConfigKind.RekorV1, VerdictCodes.TimeOutOfRange),
        [SigstoreLie.EntryPromiseOverAnotherBody] = (SigningConfigKind.RekorV1, VerdictCodes.TlogSet),
        [SigstoreLie.InclusionProofWrong] = (SigningConfigKind.RekorV1, VerdictCodes.TlogProof),
        [SigstoreLie.CheckpointRootWrong] = (SigningConfigKind.RekorV1, VerdictCodes.TlogProof),
        [SigstoreLie.CheckpointByAnotherKey] = (SigningConfigKind.RekorV1, VerdictCodes.TlogProof),
        [SigstoreLie.EntryOfAnotherSignature] = (SigningConfigKind.RekorV1, VerdictCodes.TlogMismatch),
        [SigstoreLie.EntryOfAnotherSigner] = (SigningConfigKind.RekorV1, VerdictCodes.TlogMismatch),
        [SigstoreLie.IntegratedTimeOff] = (SigningConfigKind.RekorV1, VerdictCodes.TimeOutOfRange),
        [SigstoreLie.TimestampOverOtherBytes] = (SigningConfigKind.TimestampOnly, VerdictCodes.TimeInvalid),
        [SigstoreLie.TimestampWithoutNonce] = (SigningConfigKind.TimestampOnly, VerdictCodes.Verified),
        [SigstoreLie.TimestampWithAnotherNonce] = (SigningConfigKind.TimestampOnly, VerdictCodes.Verified),
        [SigstoreLie.TimestampByAnotherRoot] = (SigningConfigKind.TimestampOnly, VerdictCodes.TimeUntrusted),
        [SigstoreLie.TimestampTimeOff] = (SigningConfigKind.TimestampOnly, VerdictCodes.TimeOutOfRange),
    };

    public static TheoryData<SigstoreLie> AllLies => new(Enum.GetValues<SigstoreLie>());

    [Theory]
    [InlineData(SigningConfigKind.RekorV1, true, 0)]
    [InlineData(SigningConfigKind.RekorV1, false, 1)]
    [InlineData(SigningConfigKind.RekorV1AndTimestamp, false, 5)]
    [InlineData(SigningConfigKind.RekorV2, false, 0)]
    [InlineData(SigningConfigKind.RekorV2, true, 5)]
    [InlineData(SigningConfigKind.TimestampOnly, false, 0)]
    public async Task What_the_instance_answers_verifies(SigningConfigKind kind, bool hasIntermediate, int earlierEntries)
    {
        var time = new ManualTime();
        await using var sigstore = await LoopbackSigstore.StartAsync(new LoopbackSigstoreOptions { Time = time, HasIntermediate = hasIntermediate, EarlierEntries = earlierEntries });
        using var signer = new TrustingSigner(sigstore);

        var first = Judge(sigstore, await signer.SignAsync(Forgery.Statement(), kind), kind);
        time.Advance(TimeSpan.FromMinutes(20));
        var second = Judge(sigstore, await signer.SignAsync(Forgery.Statement(), kind), kind);

        first.Failure.Should().BeNull();
        second.Failure.Should().BeNull();
        second.Signature!.Times.Should().OnlyContain(seen => seen.Time.ToUnixTimeSeconds() == time.GetUtcNow().ToUnixTimeSeconds());
        sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(2);
    }

    [Theory]
    [MemberData(nameof(AllLies))]
    public async Task Each_lie_is_found_by_the_check_that_is_there_for_it(SigstoreLie lie)
    {
        var (kind, code) = Lies[lie];
        await using var sigstore = await LoopbackSigstore.StartAsync();
        using var signer = new TrustingSigner(sigstore);
        sigstore.Lie = lie;
        var verdict = Judge(sigstore, await signer.SignAsync(Forgery.Statement(), kind), kind);
        sigstore.Lie = SigstoreLie.None;
        var truth = Judge(sigstore, await signer.SignAsync(Forgery.Statement(), kind), kind);

        verdict.Code.Should().Be(code);
        truth.Failure.Should().BeNull();
    }

    [Theory]
    [InlineData(SigstoreLie.InclusionProofWrong, VerdictCodes.TlogProof)]
    [InlineData(SigstoreLie.CheckpointRootWrong, VerdictCodes.TlogProof)]
    [InlineData(SigstoreLie.CheckpointByAnotherKey, VerdictCodes.TlogProof)]
    [InlineData(SigstoreLie.EntryOfAnotherSignature, VerdictCodes.TlogMismatch)]
    [InlineData(SigstoreLie.EntryOfAnotherSigner, VerdictCodes.TlogMismatch)]
    public async Task The_log_of_version_2_lies_as_well(SigstoreLie lie, string code)
    {
        await using var sigstore = await LoopbackSigstore.StartAsync();
        using var signer = new TrustingSigner(sigstore);
        sigstore.Lie = lie;

        Judge(sigstore, await signer.SignAsync(Forgery.Statement(), SigningConfigKind.RekorV2), SigningConfigKind.RekorV2).Code.Should().Be(code);
    }

    [Theory]
    [InlineData(SigstoreLie.None, true, false)]
    [InlineData(SigstoreLie.None, true, true)]
    [InlineData(SigstoreLie.TimestampWithoutNonce, false, true)]
    [InlineData(SigstoreLie.TimestampWithAnotherNonce, false, true)]
    [InlineData(SigstoreLie.TimestampOverOtherBytes, false, true)]
    public async Task A_timestamp_answers_its_request(SigstoreLie lie, bool answers, bool withCertificate)
    {
        await using var sigstore = await LoopbackSigstore.StartAsync();
        using var signer = new TrustingSigner(sigstore);
        sigstore.Lie = lie;
        byte[] nonce = [0x7F, .. RandomNumberGenerator.GetBytes(7)];
        var request = Rfc3161TimestampRequest.CreateFromData([1, 2, 3], HashAlgorithmName.SHA512, nonce: nonce, requestSignerCertificates: withCertificate);
        byte[] answer = await signer.StampAsync(request);

        if (!answers)
        {
            FluentActions.Invoking(() => request.ProcessResponse(answer, out _)).Should().Throw<CryptographicException>();
            return;
        }

        var token = request.ProcessResponse(answer, out int read);
        read.Should().Be(answer.Length);
        token.AsSignedCms().Certificates.Count.Should().Be(withCertificate ? 1 : 0);
        token.VerifySignatureForData([1, 2, 3], out _, [.. sigstore.ReadTrustedRoot().TimestampAuthorities.Select(static a => X509CertificateLoader.LoadCertificate(a.Chain[0].Encoded.Span))]).Should().BeTrue();
    }

    [Fact]
    public async Task A_log_of_version_1_says_where_an_entry_is_that_it_has_already()
    {
        await using var sigstore = await LoopbackSigstore.StartAsync();
        using var signer = new TrustingSigner(sigstore);
        byte[] statement = Forgery.Statement();
        byte[] signature = signer.Sign(PreAuthenticationEncoding.Of("application/vnd.in-toto+json", statement));
        var proposed = TrustingSigner.Proposed(statement, signature, await signer.CertifyAsync());

        sigstore.Break(SigstoreService.RekorV1, SigstoreFault.Lost, times: 1);
        await FluentActions.Awaiting(() => signer.PostAsync("/api/v1/log/entries", proposed)).Should().ThrowAsync<HttpRequestException>();
        using var again = await signer.PostAsync("/api/v1/log/entries", proposed);
        var (status, found) = await signer.GetAsync(again.Headers.Location!.OriginalString);

        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
        status.Should().Be(HttpStatusCode.OK);
        var entry = TrustingSigner.ReadV1(found!.AsObject(), "dsse");
        Encoding.UTF8.GetString(entry.Body.Span).Should().Contain(Convert.ToBase64String(signature));
        (await signer.GetAsync("/api/v1/log/entries/0123")).Status.Should().Be(HttpStatusCode.NotFound);
        sigstore.Requests(SigstoreService.RekorV1).Should().Be(4);
    }

    internal static BundleVerdict Judge(LoopbackSigstore sigstore, byte[] bundle, SigningConfigKind kind)
    {
        var demands = new SignatureDemands { LogEntry = kind is not SigningConfigKind.TimestampOnly };
        var identity = new ExpectedIdentity(TextPattern.Exactly(sigstore.Subject), TextPattern.Exactly(sigstore.Issuer));
        return new BundleVerifier(new SignatureVerifier(sigstore.ReadTrustedRoot(), demands), BundleSigner.Named(identity))
            .Verify(bundle, static _ => Convert.FromHexString(Forgery.Subject.Hex));
    }
}
