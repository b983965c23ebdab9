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

        if (kinds.Any(k => k.Companions.Any(c => c.Serves(document))) || kinds.Any(k => k.Resources.Any(r => r.Serves(document))))
        {
            return Task.FromResult(new CollectedRun { Source = document.Source, IsCompanion = true, Problems = [] });
        }

        string what = document.Kind.Length is 0 ? "an object without a kind" : $"a {document.ApiVersion} {document.Kind}";
        return Task.FromResult(new CollectedRun
        {
            Source = document.Source,
            Problems = [new RunProblem(RunProblemCodes.UnknownKind, $"{document.Source} holds {what}, which is no run that is known here. Known are {KnownKinds()}.")],
        });
    }

    private string KnownKinds()
    {
        string[] names = [.. kinds.SelectMany(static k => k.Resources).Select(static r => r.Kind).Distinct(StringComparer.Ordinal)];
        return names.Length < 2 ? string.Concat(names) : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
