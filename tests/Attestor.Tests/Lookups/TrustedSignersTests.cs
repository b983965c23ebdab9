using System.Security.Cryptography;
using System.Text;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Lookups;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Tests.Keyless;
using Provenance.Testing;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Lookups;

/// <summary>Which attestations look-ups call verified.</summary>
public sealed class TrustedSignersTests : IAsyncLifetime, IDisposable
{
    private const SigningConfigKind Kind = SigningConfigKind.RekorV1;

    private static readonly string Model = "sha256:" + new string('a', 64);

    private readonly TemporaryFolder folder = new();
    private SigningWorkload workload = null!;

    public async Task InitializeAsync() => workload = await SigningWorkload.StartAsync();

    public async Task DisposeAsync() => await workload.DisposeAsync();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_identity_is_verified_and_a_stranger_with_a_certificate_that_holds_is_not()
    {
        var trusted = Certificates();
        byte[] own = await workload.Keyless(Kind).SignAsync(Statement(1), CancellationToken.None);
        workload.Subject = "https://ci.example.com/mallory";
        byte[] strange = await workload.Keyless(Kind).SignAsync(Statement(2), CancellationToken.None);
        using var index = AttestationIndex.Open(folder["index.db"], trusted);
        Add(index, trusted, strange);
        Add(index, trusted, own);

        index.FindBySubject(Model, 10).Should().OnlyContain(static a => !a.IsVerified, "nobody knows yet who we are");
        trusted.Identity = new CertificateIdentity(workload.Sigstore.Subject, workload.Sigstore.Issuer);

        var found = index.FindBySubject(Model, 10);
        found.Select(static a => a.IsVerified).Should().Equal(true, false);
        found[0].SignedBy.Should().Be(trusted.Identity);
        found[1].SignedBy!.Subject.Should().Be("https://ci.example.com/mallory");
        index.FindBySubject(Model, 1).Should().ContainSingle("strangers do not crowd it out").Which.IsVerified.Should().BeTrue();
    }

    [Fact]
    public async Task Who_signed_is_known_in_the_next_process_and_another_trusted_root_starts_anew()
    {
        var identity = new CertificateIdentity(workload.Sigstore.Subject, workload.Sigstore.Issuer);
        byte[] bundle = await workload.Keyless(Kind).SignAsync(Statement(1), CancellationToken.None);
        using (var index = AttestationIndex.Open(folder["index.db"], Certificates()))
        {
            Add(index, Certificates(), bundle);
        }

        using (var next = AttestationIndex.Open(folder["index.db"], Certificates(identity)))
        {
            next.IsComplete.Should().BeTrue("an identity is compared when it is looked up");
            next.FindBySubject(Model, 1)[0].IsVerified.Should().BeTrue();
        }

        using var other = AttestationIndex.Open(folder["index.db"], new TrustedSigners([], new TrustedCertificates(workload.Verifier(Kind), "another root")));
        other.IsComplete.Should().BeFalse();
    }

    [Fact]
    public async Task A_certificate_that_does_not_hold_names_nobody()
    {
        var trusted = Certificates(new CertificateIdentity(workload.Sigstore.Subject, workload.Sigstore.Issuer));
        byte[] bundle = await workload.Keyless(Kind).SignAsync(Statement(1), CancellationToken.None);
        string payload = Convert.ToBase64String(Statement(1));
        byte[] forged = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bundle).Replace(payload, Convert.ToBase64String(Statement(2)), StringComparison.Ordinal));
        forged.Should().NotEqual(bundle);
        using var index = AttestationIndex.Open(folder["index.db"], trusted);

        Add(index, trusted, forged);

        index.FindBySubject(Model, 1)[0].Should().Match<IndexedAttestation>(static a => !a.IsVerified && a.SignedBy == null);
    }

    [Fact]
    public async Task What_a_replaced_root_does_not_trust_is_not_verified_once_it_is_read_again()
    {
        await using var stranger = await SigningWorkload.StartAsync();
        var trusted = Certificates(new CertificateIdentity(workload.Sigstore.Subject, workload.Sigstore.Issuer));
        byte[] bundle = await workload.Keyless(Kind).SignAsync(Statement(1), CancellationToken.None);
        using var index = AttestationIndex.Open(folder["index.db"], trusted);
        Add(index, trusted, bundle);
        index.FindBySubject(Model, 1)[0].IsVerified.Should().BeTrue();
        long before = trusted.Mark;

        trusted.Renewal = () => new TrustedCertificates(stranger.Verifier(Kind), "another root");

        trusted.Renew().Should().BeTrue();
        trusted.Renew().Should().BeFalse("it was taken up");
        trusted.Mark.Should().NotBe(before);
        Add(index, trusted, bundle);
        index.FindBySubject(Model, 10).Should().ContainSingle().Which.Should().Match<IndexedAttestation>(static a => !a.IsVerified && a.SignedBy == null && a.References.Count == 1);
    }

    [Fact]
    public void An_index_that_was_not_read_again_to_the_end_is_filled_anew_by_the_next_process()
    {
        using (var index = AttestationIndex.Open(folder["index.db"], Certificates()))
        {
            index.IsCurrent = false;
        }

        using var next = AttestationIndex.Open(folder["index.db"], Certificates());
        next.IsComplete.Should().BeFalse();
    }

    [Fact]
    public async Task A_key_that_is_taken_up_later_is_trusted_from_its_first_signature_on()
    {
        using var first = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        using var second = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var rotating = new RotatingSigner(first);
        var trusted = new TrustedSigners([first.PublicKey]);
        var signer = new KeyBundleSigner(trusted.Follow(rotating));
        using (var index = AttestationIndex.Open(folder["index.db"], trusted))
        {
            Add(index, trusted, await signer.SignAsync(Statement(1), CancellationToken.None));
            byte[] early = await new KeyBundleSigner(second).SignAsync(Statement(2), CancellationToken.None);
            rotating.Newest = second;
            Add(index, trusted, early);
            Add(index, trusted, await signer.SignAsync(Statement(3), CancellationToken.None));
            index.FindBySubject(Model, 10).Select(static a => a.VerifiedBy).Should().Equal(first.PublicKey.Fingerprint, second.PublicKey.Fingerprint, null);
        }

        using (var same = AttestationIndex.Open(folder["index.db"], new TrustedSigners([second.PublicKey, first.PublicKey])))
        {
            same.IsComplete.Should().BeTrue();
        }

        using var withdrawn = AttestationIndex.Open(folder["index.db"], new TrustedSigners([first.PublicKey]));
        withdrawn.IsComplete.Should().BeFalse();
    }

    private static void Add(AttestationIndex index, TrustedSigners trusted, byte[] bundle) => index.Add(new AttestationReader(trusted).Read(bundle, "repo@sha256:1")!);

    private static byte[] Statement(int number) => Encoding.UTF8.GetBytes(
        $$$"""{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"model","digest":{"sha256":"{{{Model[7..]}}}"}}],"predicateType":"https://example.com/p","predicate":{"n":{{{number}}}}}""");

    private TrustedSigners Certificates(CertificateIdentity? identity = null) => new([], new TrustedCertificates(workload.Verifier(Kind), "the root")) { Identity = identity };

    private sealed class RotatingSigner(ISigner first) : ISigner
    {
        public ISigner Newest { get; set; } = first;

        public VerificationKey PublicKey => Newest.PublicKey;

        public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => Newest.SignAsync(content, cancellationToken);

        public ValueTask<ISigner> FindNewestAsync(CancellationToken cancellationToken) => new(Newest);
    }
}
