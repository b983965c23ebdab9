using Provenance.Attestor.Certificates;
using Provenance.Attestor.Fulcio;
using Provenance.Attestor.Identities;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Witnesses;

namespace Provenance.Attestor.Keyless;

/// <summary>
/// Holds the one key that signs now, and gets the next one when its time is over. Whoever needs one while it is being certified waits
/// for the same answer.
/// </summary>
internal sealed class CertifiedKeys : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource ending = new();
    private readonly CancellationToken ended;
    private readonly Func<SigstoreInstance> instance;
    private readonly Func<SigstoreInstance, FulcioAuthority> authority;
    private readonly Func<CancellationToken, ValueTask<IdentityToken>> fetchToken;
    private readonly TimeSpan reuse;
    private readonly TimeProvider time;
    private CertifiedKey? current;
    private Task? certifying;
    private bool isDisposed;

    /// <param name="instance">The Sigstore instance as it is now; one that changed gets another certificate.</param>
    /// <param name="authority">The authority of an instance to ask now.</param>
    /// <param name="fetchToken">Fetches an identity token.</param>
    /// <param name="reuse">How long a key signs; zero for once.</param>
    /// <param name="time">The clock.</param>
    public CertifiedKeys(Func<SigstoreInstance> instance, Func<SigstoreInstance, FulcioAuthority> authority, Func<CancellationToken, ValueTask<IdentityToken>> fetchToken, TimeSpan reuse, TimeProvider time)
    {
        this.instance = instance;
        this.authority = authority;
        this.fetchToken = fetchToken;
        this.reuse = reuse;
        this.time = time;
        ended = ending.Token;
    }

    /// <summary>Signs bytes of which the SHA-256 is given, with a key whose certificate lasts long enough for witnesses to see the signature.</summary>
    /// <exception cref="SigningServiceException">There is no token, or no certificate.</exception>
    public ValueTask<CertifiedSignature> SignAsync(ReadOnlyMemory<byte> hash, CancellationToken cancellationToken) =>
        UseAsync(key => key.Sign(hash), cancellationToken);

    /// <summary>Whom our certificates name.</summary>
    /// <exception cref="SigningServiceException">There is no token, or no certificate.</exception>
    public ValueTask<CertificateIdentity> GetIdentityAsync(CancellationToken cancellationToken) =>
        UseAsync(static key => key.Certificate.Identity, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            if (isDisposed)
            {
                return;
            }

            isDisposed = true;
        }

        ending.Cancel();
        lock (gate)
        {
            current?.Dispose();
            current = null;
        }

        ending.Dispose();
    }

    private async ValueTask<T> UseAsync<T>(Func<CertifiedKey, T> use, CancellationToken cancellationToken)
    {
        if (reuse <= TimeSpan.Zero)
        {
            using var once = await CertifyAsync(cancellationToken).ConfigureAwait(false);
            return use(once);
        }

        while (true)
        {
            Task wanted;
            var now = instance();
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(ended.IsCancellationRequested, this);

                // Within the lock, so that the key is not disposed of meanwhile; a signature takes about 16 microseconds.
                if (current is { } key && ReferenceEquals(key.Instance, now) && time.GetUtcNow() < key.ReusableUntil)
                {
                    return use(key);
                }

                wanted = certifying ??= ReplaceAsync();
            }

            await wanted.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // The one request for all who wait; none of them ends it for the others.
    private async Task ReplaceAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        CertifiedKey? next = null;
        try
        {
            next = await CertifyAsync(ended).ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
            {
                certifying = null;
                if (ended.IsCancellationRequested)
                {
                    next?.Dispose();
                }
                else if (next is not null)
                {
                    current?.Dispose();
                    current = next;
                }
            }
        }
    }

    // By the clock that is earlier, ours or the authority's, as witnesses may go by either.
    private DateTimeOffset ReusableUntil(Certificate certificate)
    {
        var now = time.GetUtcNow();
        var received = now < certificate.NotBefore ? now : certificate.NotBefore;
        var lasts = received + (certificate.NotAfter - certificate.NotBefore) - FulcioAuthority.Reserve;
        return now + reuse < lasts ? now + reuse : lasts;
    }

    private async Task<CertifiedKey> CertifyAsync(CancellationToken cancellationToken)
    {
        var key = CertifiedKey.NewKey();
        try
        {
            var token = await fetchToken(cancellationToken).ConfigureAwait(false);
            var asked = instance();
            var certificate = await authority(asked).CertifyAsync(key, token, cancellationToken).ConfigureAwait(false);
            return new CertifiedKey(key, asked, certificate, ReusableUntil(certificate.Certificate));
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
