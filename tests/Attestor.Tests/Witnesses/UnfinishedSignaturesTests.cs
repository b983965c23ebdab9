using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Transparency;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Witnesses;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Witnesses;

public sealed class UnfinishedSignaturesTests
{
    private readonly SkippingTime time = new();
    private readonly SigstoreInstance instance = new(SigningConfig.ReadPublicGood(), TrustedRoot.ReadPublicGood(), new HttpClient(), TimeProvider.System);

    [Fact]
    public void However_many_large_statements_wait_what_is_kept_of_them_is_bounded()
    {
        var unfinished = new UnfinishedSignatures(time);

        for (int i = 0; i < 100; i++)
        {
            unfinished.Keep($"{i}", Signature(1 << 20));
        }

        unfinished.Size.Should().Be(16 << 20);
        unfinished.Take("0").Should().BeNull();
        unfinished.Take("99").Should().NotBeNull();
        unfinished.Size.Should().Be(15 << 20);
    }

    [Fact]
    public void What_is_not_worth_finishing_is_not_kept()
    {
        var unfinished = new UnfinishedSignatures(time);
        unfinished.Keep("old", Signature(1000));
        time.Advance(TimeSpan.FromHours(1));

        unfinished.Keep("new", Signature(1));

        unfinished.Size.Should().Be(1);
    }

    private UnfinishedSignature Signature(int size) => new()
    {
        Instance = instance,
        Content = new EnvelopeContent(Envelope.OfStatement(new byte[size], new byte[64])),
        Signer = new LoggedSigner(IsCertificate: false, new byte[91]),
        KeyHint = null,
        UsableUntil = time.GetUtcNow() + TimeSpan.FromMinutes(8),
    };
}
