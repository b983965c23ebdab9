namespace Provenance.Attestor.Signing;

/// <summary>
/// What is known of a key that another service holds, read again once it is too old. Whoever needs it meanwhile waits for the same
/// reading and shares its failure: a service that hangs would otherwise hang for each of them in turn.
/// </summary>
/// <param name="first">What was read first.</param>
/// <param name="service">The service, <c>host[:port]</c>.</param>
/// <param name="read">Reads it anew, given what is known.</param>
/// <param name="time">The clock.</param>
internal sealed class RereadKey<T>(T first, string service, Func<T, CancellationToken, Task<T>> read, TimeProvider time) : IDisposable
    where T : class
{
    private readonly SemaphoreSlim turn = new(1);
    private T latest = first;
    private long readAt = time.GetTimestamp();
    private (SigningServiceException Fault, long At)? failure;

    /// <summary>What was read last.</summary>
    public T Latest => Volatile.Read(ref latest);

    /// <summary>What was read at most so long ago.</summary>
    /// <exception cref="SigningServiceException">The service refused, is away, or holds a key of a kind that is not supported.</exception>
    public async ValueTask<T> GetAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        if (IsFresh(age))
        {
            return Latest;
        }

        long asked = time.GetTimestamp();
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return IsFresh(age) ? Latest
                : failure is { } shared && shared.At >= asked ? throw Again(shared.Fault)
                : await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private static SigningServiceException Again(SigningServiceException fault) =>
        new(fault.Code, fault.Message, fault.IsTransient, fault) { Service = fault.Service, RetryAfter = fault.RetryAfter };

    private async Task<T> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = await read(latest, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref latest, found);
            Volatile.Write(ref readAt, time.GetTimestamp());
            return found;
        }
        catch (KeyException e)
        {
            throw new SigningServiceException(SigningServiceException.Refused, e.Message, innerException: e) { Service = service };
        }
        catch (SigningServiceException e)
        {
            failure = (e, time.GetTimestamp());
            throw;
        }
    }

    private bool IsFresh(TimeSpan age) => time.GetElapsedTime(Volatile.Read(ref readAt)) < age;
}
