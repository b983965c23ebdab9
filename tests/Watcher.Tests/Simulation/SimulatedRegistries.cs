using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>The registries of a world: what they hold, and how they fail.</summary>
internal sealed class SimulatedRegistries(SimulatedWorld world)
{
    private readonly Dictionary<string, List<TimeSpan>> attempts = [];
    private readonly Dictionary<string, RegistryFault> faults = [];

    /// <summary>Blobs and manifests by repository and digest.</summary>
    public Dictionary<(string Repository, string Digest), byte[]> Content { get; } = [];

    /// <summary>The manifests that refer to a subject, by repository and subject.</summary>
    public Dictionary<(string Repository, string Subject), List<string>> Referrers { get; } = [];

    public IReadOnlyDictionary<string, List<TimeSpan>> Attempts => attempts;

    /// <summary>What is wrong with a registry from now on.</summary>
    public void Set(string registry, RegistryFault fault)
    {
        faults[registry] = fault;
        world.Tell($"registry {registry}: {fault}");
    }

    public void MendAll() => faults.Clear();

    public IRegistryClient For(SimulatedProcess process) => new Client(this, process);

    private RegistryFault FaultOf(string registry) => faults.GetValueOrDefault(registry);

    private async Task<T> AskAsync<T>(SimulatedProcess process, Reference repository, string what, Func<T> effect, CancellationToken cancellationToken)
    {
        world.CheckThread();
        string registry = repository.Registry;
        if (!attempts.TryGetValue(registry, out var times))
        {
            attempts[registry] = times = [];
        }

        times.Add(world.Now);
        cancellationToken.ThrowIfCancellationRequested();
        var fault = FaultOf(registry);
        if (fault is RegistryFault.Flapping)
        {
            fault = world.Percent(60) ? RegistryFault.None : (RegistryFault)world.Chance.Next(1, (int)RegistryFault.Flapping);
        }

        var answer = new TaskCompletionSource<T>();
        using var cancelling = cancellationToken.UnsafeRegister(_ => answer.TrySetCanceled(cancellationToken), null);

        // What has left the process has its effect in the registry whatever becomes of the process.
        world.After(world.Between(0.001, 0.2), null, () =>
        {
            T? result = default;
            Exception? failure = null;
            try
            {
                result = fault is RegistryFault.None or RegistryFault.AnswerLost or RegistryFault.TimeoutAfterEffect ? effect() : default;
                failure = fault switch
                {
                    RegistryFault.None => null,
                    RegistryFault.TooManyRequests => new RegistryException("TOOMANYREQUESTS", "429", isTransient: true) { Registry = registry, RetryAfter = TimeSpan.FromSeconds(20) },
                    _ => new RegistryException("UNAVAILABLE", fault.ToString(), isTransient: true) { Registry = registry },
                };
            }
            catch (RegistryException e)
            {
                failure = e;
            }

            world.Tell($"{process.Name} {what} {repository.Name}: {failure?.Message ?? "done"}");
            var delay = fault is RegistryFault.Timeout or RegistryFault.TimeoutAfterEffect ? TimeSpan.FromSeconds(30) : world.Between(0, 0.05);
            world.After(delay, process, () => _ = failure is null ? answer.TrySetResult(result!) : answer.TrySetException(failure));
        });
        return await answer.Task.ConfigureAwait(false);
    }

    private sealed class Client(SimulatedRegistries registries, SimulatedProcess process) : IRegistryClient
    {
        public IRepository Repository(Reference reference) => new SimulatedRepository(registries, process, reference);
    }

    private sealed class SimulatedRepository(SimulatedRegistries registries, SimulatedProcess process, Reference reference) : IRepository
    {
        public string Name => reference.Name;

        public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) => AskAsync<Descriptor?>(
            "resolve",
            () => Name.EndsWith("/absent", StringComparison.Ordinal) ? null
                : Name.EndsWith("/denied", StringComparison.Ordinal) ? throw new RegistryException("DENIED", "403")
                : new Descriptor { MediaType = MediaTypes.Manifest, Digest = Digest.Parse(tagOrDigest), Size = 3 },
            cancellationToken);

        public Task<FetchedManifest?> FetchManifestAsync(Digest digest, CancellationToken cancellationToken) => AskAsync(
            "fetch manifest",
            () => registries.Content.TryGetValue((Name, digest.ToString()), out byte[]? content) ? new FetchedManifest(Descriptor.Of(MediaTypes.Manifest, content), content) : null,
            cancellationToken);

        public Task<byte[]?> FetchBlobAsync(Digest digest, long maximumSize, CancellationToken cancellationToken) => AskAsync(
            "fetch blob",
            () => registries.Content.GetValueOrDefault((Name, digest.ToString())),
            cancellationToken);

        public Task PushBlobAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => AskAsync(
            "push blob",
            () => registries.Content[(Name, descriptor.Digest.ToString())] = content.ToArray(),
            cancellationToken);

        public Task<Descriptor> PushManifestAsync(string mediaType, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken) => AskAsync(
            "push manifest",
            () =>
            {
                using var manifest = JsonDocument.Parse(content);
                string layer = manifest.RootElement.GetProperty("layers")[0].GetProperty("digest").GetString()!;
                if (!registries.Content.ContainsKey((Name, layer)))
                {
                    throw new InvalidOperationException("A manifest was pushed before its blob.");
                }

                var stored = Descriptor.Of(mediaType, content.Span);
                registries.Content[(Name, stored.Digest.ToString())] = content.ToArray();
                var key = (Name, manifest.RootElement.GetProperty("subject").GetProperty("digest").GetString()!);
                if (!registries.Referrers.TryGetValue(key, out var referrers))
                {
                    registries.Referrers[key] = referrers = [];
                }

                if (!referrers.Contains(stored.Digest.ToString()))
                {
                    referrers.Add(stored.Digest.ToString());
                }

                return stored;
            },
            cancellationToken);

        public Task<IReadOnlyList<Descriptor>> FetchReferrersAsync(Digest subject, CancellationToken cancellationToken) => FindReferrersAsync(subject, null, cancellationToken);

        public Task<IReadOnlyList<Descriptor>> FindReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<Descriptor>>(
            "find referrers",
            () => [.. registries.Referrers.GetValueOrDefault((Name, subject.ToString()), []).Select(Describe)],
            cancellationToken);

        private Descriptor Describe(string digest)
        {
            byte[] content = registries.Content[(Name, digest)];
            using var manifest = JsonDocument.Parse(content);
            return Descriptor.Of(MediaTypes.Manifest, content) with
            {
                Annotations = manifest.RootElement.GetProperty("annotations").EnumerateObject().ToDictionary(static a => a.Name, static a => a.Value.GetString()!),
            };
        }

        private Task<T> AskAsync<T>(string what, Func<T> effect, CancellationToken cancellationToken) => registries.AskAsync(process, reference, what, effect, cancellationToken);
    }
}
