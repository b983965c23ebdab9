using Provenance.Attestor.Bundles;
using Provenance.Attestor.Rekor;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Timestamps;

namespace Provenance.Attestor.Witnesses;

/// <summary>Has signatures seen by the logs and time stamping authorities that the signing config selects. All of them must answer.</summary>
internal sealed class WitnessServices(SigstoreInstance instance)
{
    private readonly UnfinishedSignatures unfinished = new(instance.Time);

    /// <summary>The services that were selected at the start, as <c>host[:port]</c>.</summary>
    public IReadOnlyList<string> Hosts { get; private set; } = [];

    /// <summary>Requires that the witnesses of the config can make a bundle that verifies under the trusted root.</summary>
    /// <param name="needsTime">Whether one of them must vouch for a time, which certificates need.</param>
    /// <exception cref="SigningConfigException">They cannot.</exception>
    /// <exception cref="SigningServiceException">The config does not list enough of them.</exception>
    public void Require(bool needsTime)
    {
        var (logs, authorities) = (Logs(), Authorities());
        Hosts = [.. authorities.Concat(logs).Select(static service => service.Uri.Authority).Distinct(StringComparer.Ordinal)];
        if (instance.EffectiveDemands.LogEntry && logs.Count is 0)
        {
            throw new SigningConfigException("A transparency log is asked for, and the signing config lists none. Add one to rekorTlogUrls.");
        }

        if (logs.Count > 0 && instance.Root.Logs.Count is 0)
        {
            throw new SigningConfigException("The signing config uses a transparency log, and the trusted root has none. Use files of the same Sigstore instance.");
        }

        if (authorities.Count > 0 && instance.Root.TimestampAuthorities.Count is 0)
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
        var signature = unfinished.Take(name) ?? await sign(cancellationToken).ConfigureAwait(false);
        bool isKept = true;
        try
        {
            await GatherAsync(signature, cancellationToken).ConfigureAwait(false);
            isKept = false;
        }
        catch (EntryExistsException)
        {
            // The answer to an earlier attempt was lost, and with it the entry. Only another signature gets another one.
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

    private async Task GatherAsync(UnfinishedSignature signature, CancellationToken cancellationToken)
    {
        await GatherAsync(signature.Timestamps, Authorities(), service => StampAsync(service, signature, cancellationToken)).ConfigureAwait(false);
        await GatherAsync(signature.Entries, Logs(), service => EnterAsync(service, signature, cancellationToken)).ConfigureAwait(false);
    }

    private async Task GatherAgainAsync(UnfinishedSignature signature, CancellationToken cancellationToken)
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

    private async Task<ReadOnlyMemory<byte>> StampAsync(SigningService service, UnfinishedSignature signature, CancellationToken cancellationToken) =>
        (await new TimestampClient(instance.Connection, instance.Root).StampAsync(service.Uri, signature.Content.Signature, cancellationToken).ConfigureAwait(false)).Response;

    private Task<LogEntry> EnterAsync(SigningService service, UnfinishedSignature signature, CancellationToken cancellationToken) =>
        new RekorLog(service.Uri, service.MajorApiVersion, instance.Connection, instance.Root.Logs).EnterAsync(signature.Content, signature.Signer, cancellationToken);

    private IReadOnlyList<SigningService> Logs() => ServiceSelection.Logs(instance.Config, instance.Time.GetUtcNow(), instance.LogVersion);

    private IReadOnlyList<SigningService> Authorities() => ServiceSelection.TimestampAuthorities(instance.Config, instance.Time.GetUtcNow());
}
