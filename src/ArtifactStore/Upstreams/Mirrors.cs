using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Upstreams;

/// <summary>
/// Repositories that stand for those of other registries: what is asked of them and is not here is brought first. Of all other
/// repositories nothing is brought.
/// </summary>
/// <remarks>Methods throw <see cref="RegistryException"/> when an upstream that is needed is away, refuses or lies.</remarks>
internal sealed partial class Mirrors(
    IReadOnlyList<Upstream> upstreams,
    IRegistryClient registries,
    UpstreamContent content,
    ManifestStore manifests,
    ReferrerStore referrers,
    IManifestCatalog catalog,
    Freshness freshness,
    ILogger<Mirrors> logger) : IBlobHealing, IDisposable
{
    private const int MaximumFlights = 32;

    // While an upstream is away, those who ask for what is here need not wait for its time-out each.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly SingleFlights flights = new(MaximumFlights);

    /// <summary>Whether a repository stands for one of an upstream.</summary>
    public bool Covers(string repository) => Find(repository) is not null;

    /// <summary>Brings a blob that is not here, if the upstream has it.</summary>
    public async ValueTask BringBlobAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        if (Find(repository) is var (_, source) && !await manifests.HasBlobAsync(repository, digest, cancellationToken).ConfigureAwait(false))
        {
            await flights.RunAsync($"blob {repository}@{digest}", token => content.FetchBlobAsync(repository, source, digest, token), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Brings a manifest that is not here; what a tag names is looked up again when it was last asked long enough ago.</summary>
    public async ValueTask BringManifestAsync(string repository, string reference, CancellationToken cancellationToken)
    {
        if (Find(repository) is not var (upstream, source))
        {
            return;
        }

        var digest = Digest.TryParse(reference, out var named) ? named : null;
        if (digest is null && RepositoryName.IsTag(reference))
        {
            string name = $"tag {repository}:{reference}";
            if (!freshness.IsFresh(name))
            {
                await flights.RunAsync(name, token => RefreshTagAsync(name, repository, upstream, source, reference, token), cancellationToken).ConfigureAwait(false);
            }

            digest = await manifests.FindTagAsync(repository, reference, cancellationToken).ConfigureAwait(false);
        }

        if (digest is not null && !await content.HasManifestAsync(repository, digest, cancellationToken).ConfigureAwait(false))
        {
            await flights.RunAsync($"manifest {repository}@{digest}", token => content.FetchManifestAsync(repository, source, digest, [], token), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Brings the manifests that refer to a subject in the upstream, so that they are listed with those that are here.</summary>
    public async ValueTask BringReferrersAsync(string repository, Digest subject, CancellationToken cancellationToken)
    {
        string name = $"referrers {repository}@{subject}";
        if (Find(repository) is var (upstream, source) && !freshness.IsFresh(name))
        {
            await flights.RunAsync(name, token => RefreshReferrersAsync(name, repository, upstream, source, subject, token), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> HealAsync(Digest digest, CancellationToken cancellationToken)
    {
        await foreach (string repository in catalog.ListRepositoriesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (Find(repository) is not var (_, source))
            {
                continue;
            }

            try
            {
                bool isHealed = manifests.IsBlobLinked(repository, digest) ? await content.FetchBlobAsync(repository, source, digest, cancellationToken).ConfigureAwait(false)
                    : manifests.HasManifest(repository, digest) && await content.FetchManifestAsync(repository, source, digest, [], cancellationToken).ConfigureAwait(false) is not null;
                if (isHealed)
                {
                    return true;
                }
            }
            catch (RegistryException exception)
            {
                CannotHeal(logger, digest, source.Name, exception.Code, exception.Message);
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        flights.Dispose();
        (registries as IDisposable)?.Dispose();
    }

    private (Upstream Upstream, IRepository Source)? Find(string repository)
    {
        foreach (var upstream in upstreams)
        {
            if (upstream.Find(repository) is { } reference)
            {
                return (upstream, registries.Repository(reference));
            }
        }

        return null;
    }

    private async Task RefreshTagAsync(string name, string repository, Upstream upstream, IRepository source, string tag, CancellationToken cancellationToken)
    {
        try
        {
            if (await content.FetchTagAsync(repository, source, tag, cancellationToken).ConfigureAwait(false))
            {
                freshness.Note(name, upstream.Lifetime);
            }
        }
        catch (RegistryException exception) when (exception.IsTransient)
        {
            if (await manifests.FindTagAsync(repository, tag, cancellationToken).ConfigureAwait(false) is null)
            {
                throw;
            }

            ServingStale(logger, name, exception.Message);
            freshness.Note(name, Pause);
        }
    }

    private async Task RefreshReferrersAsync(string name, string repository, Upstream upstream, IRepository source, Digest subject, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var referrer in await source.FetchReferrersAsync(subject, cancellationToken).ConfigureAwait(false))
            {
                await BringReferrerAsync(repository, source, referrer.Digest, cancellationToken).ConfigureAwait(false);
            }

            freshness.Note(name, upstream.Lifetime);
        }
        catch (RegistryException exception) when (exception.IsTransient)
        {
            // An empty list would say that nobody vouches for the subject, which is more than we know.
            if (!freshness.IsKnown(name) && !await HasReferrersAsync(repository, subject, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            ServingStale(logger, name, exception.Message);
            freshness.Note(name, Pause);
        }
    }

    private async Task BringReferrerAsync(string repository, IRepository source, Digest referrer, CancellationToken cancellationToken)
    {
        if (await content.HasManifestAsync(repository, referrer, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            await content.FetchManifestAsync(repository, source, referrer, [], cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException exception) when (!exception.IsTransient)
        {
            // One that anybody may have attached must not hide the others.
            SkippedReferrer(logger, referrer, source.Name, exception.Code, exception.Message);
        }
    }

    private async Task<bool> HasReferrersAsync(string repository, Digest subject, CancellationToken cancellationToken)
    {
        await foreach (var _ in referrers.ListAsync(repository, subject, last: null, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Serving {Name} as it was known before: {Reason}")]
    private static partial void ServingStale(ILogger logger, string name, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Left out referrer {Digest} of {Repository} ({Code}): {Reason}")]
    private static partial void SkippedReferrer(ILogger logger, Digest digest, string repository, string code, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot heal {Digest} from {Repository} ({Code}): {Reason}")]
    private static partial void CannotHeal(ILogger logger, Digest digest, string repository, string code, string reason);
}
