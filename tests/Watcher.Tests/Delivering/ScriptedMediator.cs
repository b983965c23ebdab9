using MediatR;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Watcher.Collecting;
using Provenance.Watcher.Runs.Tekton;

namespace Provenance.Watcher.Tests.Delivering;

/// <summary>Collects as the product does, and attests as the test says.</summary>
internal sealed class ScriptedMediator(Func<CompletedRun, int, Task<AttestedRun>> attest) : IMediator
{
    private readonly CollectRunHandler collect = new([new TaskRunKind(TimeProvider.System), new PipelineRunKind(TimeProvider.System)]);
    private int calls;

    /// <summary>How often something was to be attested.</summary>
    public int Calls => calls;

    /// <summary>What an attestor answers that stored everything.</summary>
    public static AttestedRun Attested(CompletedRun run) => new()
    {
        Statement = Digest.Of("statement"u8),
        Bundle = "bundle"u8.ToArray(),
        BundleDigest = Digest.Of("bundle"u8),
        Subjects = [.. RunStatement.Subjects(run).Select(static s => new AttestedSubject { Name = s.Name!, Digest = s.Digest!.ContentDigest!, Attestation = Reference.Parse("registry.example.com/attestations").At(Digest.Of("manifest"u8)) })],
        AlreadyAttested = false,
    };

    public static RegistryException Away() => new("UNAVAILABLE", "Registry registry.example.com is away.", isTransient: true);

    public static RegistryException Forbidden() => new("DENIED", "Registry registry.example.com answered 403. Grant push.");

    public async Task<TResponse> Send<TResponse>(IRequest<TResponse> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        object answer = request switch
        {
            CollectRun document => await collect.Handle(document, cancellationToken),
            AttestRun run => await attest(run.Run, Interlocked.Increment(ref calls)),
            _ => throw new NotSupportedException(request.GetType().Name),
        };
        return (TResponse)answer;
    }

    public Task<object> Send(object request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task Publish(object notification, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task Publish<TNotification>(TNotification notification, CancellationToken cancellationToken)
        where TNotification : INotification => throw new NotSupportedException();
}
