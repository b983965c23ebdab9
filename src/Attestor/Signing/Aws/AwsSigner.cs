namespace Provenance.Attestor.Signing.Aws;

/// <summary>
/// Signs with a key of AWS KMS. An alias that is pointed at another key is followed within five minutes; the keys before it are known as
/// ours as long as the process lives.
/// </summary>
internal sealed class AwsSigner : ISigner, IDisposable
{
    private static readonly TimeSpan MaximumAge = TimeSpan.FromMinutes(5);

    // Another process may have signed with a key that the alias was pointed at just now.
    private static readonly TimeSpan MaximumAgeToRecognise = TimeSpan.FromSeconds(1);

    private readonly AwsClient client;
    private readonly string reference;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim turn = new(1);
    private IReadOnlyList<VerificationKey> replaced = [];
    private AwsKey key;
    private long readAt;

    private AwsSigner(AwsClient client, string reference, AwsKey key, TimeProvider time)
    {
        (this.client, this.reference, this.key, this.time) = (client, reference, key, time);
        readAt = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public VerificationKey PublicKey => Volatile.Read(ref key).PublicKey;

    /// <inheritdoc/>
    public IReadOnlyList<string> Services => [client.Service];

    /// <summary>Asks for the key; the signer takes over the client.</summary>
    /// <exception cref="KeyException">The key is of a kind that is not supported.</exception>
    /// <exception cref="SigningServiceException">AWS refused or is away.</exception>
    public static async Task<AwsSigner> OpenAsync(AwsClient client, string key, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return new AwsSigner(client, key, await client.FindKeyAsync(key, cancellationToken).ConfigureAwait(false), time);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var newest = await FindNewestAsync(cancellationToken).ConfigureAwait(false);
        return await newest.SignAsync(content, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ISigner> FindNewestAsync(CancellationToken cancellationToken)
    {
        await FollowAsync(MaximumAge, cancellationToken).ConfigureAwait(false);
        return new AwsKeySigner(client, Volatile.Read(ref key));
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<VerificationKey>> FindEarlierKeysAsync(CancellationToken cancellationToken)
    {
        await FollowAsync(MaximumAgeToRecognise, cancellationToken).ConfigureAwait(false);
        return Volatile.Read(ref replaced);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        turn.Dispose();
    }

    private async ValueTask FollowAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(Volatile.Read(ref readAt)) < age)
        {
            return;
        }

        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (time.GetElapsedTime(Volatile.Read(ref readAt)) < age)
            {
                return;
            }

            var found = await client.FindKeyAsync(reference, cancellationToken).ConfigureAwait(false);
            if (found.PublicKey.Fingerprint != key.PublicKey.Fingerprint)
            {
                Volatile.Write(ref replaced, [.. replaced.Where(earlier => earlier.Fingerprint != key.PublicKey.Fingerprint), key.PublicKey]);
            }

            Volatile.Write(ref key, found);
            Volatile.Write(ref readAt, time.GetTimestamp());
        }
        catch (KeyException e)
        {
            throw new SigningServiceException(SigningServiceException.Refused, e.Message, innerException: e) { Service = client.Service };
        }
        finally
        {
            turn.Release();
        }
    }
}
