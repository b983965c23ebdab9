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
    private readonly RereadKey<AwsKeys> keys;

    private AwsSigner(AwsClient client, string reference, AwsKey key, TimeProvider time)
    {
        this.client = client;
        keys = new RereadKey<AwsKeys>(
            new AwsKeys(key, []),
            client.Service,
            async (known, cancellationToken) => known.With(await client.FindKeyAsync(reference, cancellationToken).ConfigureAwait(false)),
            time);
    }

    /// <inheritdoc/>
    public VerificationKey PublicKey => keys.Latest.Newest.PublicKey;

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
    public async ValueTask<ISigner> FindNewestAsync(CancellationToken cancellationToken) =>
        new AwsKeySigner(client, (await keys.GetAsync(MaximumAge, cancellationToken).ConfigureAwait(false)).Newest);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<VerificationKey>> FindEarlierKeysAsync(CancellationToken cancellationToken) =>
        (await keys.GetAsync(MaximumAgeToRecognise, cancellationToken).ConfigureAwait(false)).Replaced;

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        keys.Dispose();
    }
}
