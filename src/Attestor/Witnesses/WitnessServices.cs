using Provenance.Attestor.Bundles;
using Provenance.Attestor.Rekor;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Timestamps;

namespace Provenance.Attestor.Witnesses;

/// <summary>Has signatures seen by the logs and time stamping authorities that the signing config selects. All of them must answer.</summary>
internal sealed class WitnessServices
{
    private readonly SigstoreInstance instance;
    private readonly bool needsTime;
    private readonly UnfinishedSignatures unfinished;
    private SigstoreInstance usable;
    private IReadOnlyList<string> hosts;

    /// <param name="instance">The Sigstore instance.</param>
    /// <param name="needsTime">Whether one of the witnesses must vouch for a time, which certificates need.</param>
    /// <exception cref="SigningConfigException">The witnesses of the config cannot make a bundle that verifies under the trusted root.</exception>
    /// <exception cref="SigningServiceException">The config does not list enough of them.</exception>
    public WitnessServices(SigstoreInstance instance, bool needsTime)
    {
        (this.instance, this.needsTime) = (instance, needsTime);
        unfinished = new UnfinishedSignatures(instance.Time);
        usable = instance.Current;
        Require(usable);
        hosts = HostsOf(usable);
    }

    /// <summary>The services that were selected last, as <c>host[:port]</c>.</summary>
    public IReadOnlyList<string> Hosts => Volatile.Read(ref hosts);

    /// <summary>The instance as its files describe it now.</summary>
    /// <exception cref="SigningServiceException">The files were replaced by some that cannot be used together.</exception>
    public SigstoreInstance Current()
    {
        var current = instance.Current;
        if (!ReferenceEquals(current, Volatile.Read(ref usable)))
        {
            try
            {
                Require(current);
            }
            catch (SigningConfigException e)
            {
                throw new SigningServiceException(
                    SigningServiceException.Unavailable,
                    $"The signing config or the trusted root was replaced, and they cannot be used together, so nothing is signed until they can: {e.Message}",
                    isTransient: true,
                    e);
            }

            Volatile.Write(ref usable, current);
        }

        return current;
    }

    private void Require(SigstoreInstance current)
    {
        var (logs, authorities) = (Logs(current), Authorities(current));
        if (current.EffectiveDemands.LogEntry && logs.Count is 0)
        {
            throw new SigningConfigException("A transparency log is asked for, and the signing config lists none. Add one to rekorTlogUrls.");
        }

        if (logs.Count > 0 && current.Root.Logs.Count is 0)
        {
            throw new SigningConfigException("The signing config uses a transparency log, and the trusted root has none. Use files of the same Sigstore instance.");
        }

        if (authorities.Count > 0 && current.Root.TimestampAuthorities.Count is 0)
        {
            throw new SigningConfigException("The signing config uses a time stamping authority, and the trusted root has none. Use files of the same Sigstore instance.");
        }

        if (needsTime && authorities.Count is 0 && logs.All(static log => log.MajorApiVersion is not 1))
        {
            throw new SigningConfigException(
                "Certificates need somebody who saw the signature while they were valid, and the signing config selects nobody: add a time stamping authority to tsaUrls. Logs of version 2 vouch for no time.");
        }
    }

    /// <summary>
    /// Makes a signature, or takes up the one that an earlier attempt left, and has it witnessed. Time comes first: whoever stamps it
    /// keeps nothing, a log keeps its entry for ever.
    /// </summary>
    /// <param name="name">What tells this content from any other.</param>
    /// <param name="sign">Makes the signature.</param>
    /// <param name="cancellationToken">Ends the attempt; what was gathered is kept for the next one.</param>
    /// <exception cref="SigningServiceException">A service refused, is away, or answered what does not hold.</exception>
    public async ValueTask<UnfinishedSignature> WitnessAsync(
        string name, Func<CancellationToken, ValueTask<UnfinishedSignature>> sign, CancellationToken cancellationToken)
    {
        var current = Current();
        Volatile.Write(ref hosts, HostsOf(current));

        // What was begun with other files may not verify under those of now.
        var signature = unfinished.Take(name) is { } begun && ReferenceEquals(begun.Instance, current) ? begun : await sign(cancellationToken).ConfigureAwait(false);
        bool isKept = true;
        try
        {
            await GatherAsync(signature, cancellationToken).ConfigureAwait(false);
            isKept = false;
        }
        catch (EntryExistsException)
        {
            // The answer to an earlier attempt was lost, and the log does not give the entry out. Only another signature gets another one.
            signature = await sign(cancellationToken).ConfigureAwait(false);
            await GatherAgainAsync(signature, cancellationToken).ConfigureAwait(false);
            isKept = false;
        }
        finally
        {
            if (isKept)
            {
                unfinished.Keep(name, signature);
            }
        }

        return signature;
    }

    private static async Task GatherAsync(UnfinishedSignature signature, CancellationToken cancellationToken)
    {
        await GatherAsync(signature.Timestamps, Authorities(signature.Instance), service => StampAsync(service, signature, cancellationToken)).ConfigureAwait(false);
        await GatherAsync(signature.Entries, Logs(signature.Instance), service => EnterAsync(service, signature, cancellationToken)).ConfigureAwait(false);
    }

    private static async Task GatherAgainAsync(UnfinishedSignature signature, CancellationToken cancellationToken)
    {
        try
        {
            await GatherAsync(signature, cancellationToken).ConfigureAwait(false);
        }
        catch (EntryExistsException e)
        {
            throw new SigningServiceException(
                SigningServiceException.Unavailable, $"The transparency log {e.Service} takes entries, and its answers get lost. Try again later.", isTransient: true, e)
            {
                Service = e.Service,
            };
        }
    }

    private static async Task GatherAsync<T>(Dictionary<Uri, T> gathered, IReadOnlyList<SigningService> services, Func<SigningService, Task<T>> ask)
    {
        var asked = services.Where(service => !gathered.ContainsKey(service.Uri)).Select(service => (service.Uri, Answer: ask(service))).ToList();
        try
        {
            await Task.WhenAll(asked.Select(static one => one.Answer)).ConfigureAwait(false);
        }
        finally
        {
            // Those that answered are not asked again because of one that did not.
            foreach (var (uri, answer) in asked.Where(static one => one.Answer.IsCompletedSuccessfully))
            {
                gathered[uri] = await answer.ConfigureAwait(false);
            }
        }
    }

    private static async Task<ReadOnlyMemory<byte>> StampAsync(SigningService service, UnfinishedSignature signature, CancellationToken cancellationToken) =>
        (await new TimestampClient(signature.Instance.Connection, signature.Instance.Root).StampAsync(service.Uri, signature.Content.Signature, cancellationToken).ConfigureAwait(false)).Response;

    private static Task<LogEntry> EnterAsync(SigningService service, UnfinishedSignature signature, CancellationToken cancellationToken) =>
        new RekorLog(service.Uri, service.MajorApiVersion, signature.Instance.Connection, signature.Instance.Root.Logs).EnterAsync(signature.Content, signature.Signer, cancellationToken);

    private static IReadOnlyList<string> HostsOf(SigstoreInstance current) =>
        [.. Authorities(current).Concat(Logs(current)).Select(static service => service.Uri.Authority).Distinct(StringComparer.Ordinal)];

    private static IReadOnlyList<SigningService> Logs(SigstoreInstance current) => ServiceSelection.Logs(current.Config, current.Time.GetUtcNow(), current.LogVersion);

    private static IReadOnlyList<SigningService> Authorities(SigstoreInstance current) => ServiceSelection.TimestampAuthorities(current.Config, current.Time.GetUtcNow());
}
