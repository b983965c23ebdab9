using MediatR;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Collecting;

/// <summary>Reads one run document: which run it is, how far it is, and what it recorded.</summary>
/// <param name="Document">The run's document.</param>
/// <param name="Children">The documents among which its children are looked for.</param>
/// <param name="Options">What the operator chose.</param>
public sealed record CollectRun(RunDocument Document, ChildRuns Children, CollectOptions Options) : IRequest<CollectedRun>;

/// <summary>Asks the run kinds in turn; a document that none recognises is reported.</summary>
internal sealed class CollectRunHandler(IEnumerable<IRunKind> kinds) : IRequestHandler<CollectRun, CollectedRun>
{
    private readonly IRunKind[] kinds = [.. kinds];

    public Task<CollectedRun> Handle(CollectRun request, CancellationToken cancellationToken)
    {
        var document = request.Document;
        foreach (var kind in kinds)
        {
            if (kind.Recognises(document))
            {
                return Task.FromResult(kind.Collect(document, request.Children, request.Options));
            }
        }

        string what = document.Kind.Length is 0 ? "an object without a kind" : $"a {document.ApiVersion} {document.Kind}";
        return Task.FromResult(new CollectedRun
        {
            Source = document.Source,
            Problems = [new RunProblem(RunProblemCodes.UnknownKind, $"{document.Source} holds {what}, which is no run that is known here. Known are Tekton TaskRun and PipelineRun (tekton.dev/v1, v1beta1).")],
        });
    }
}
