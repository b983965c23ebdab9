using System.Text.Json;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Policies;

/// <summary>From which repository, branch or tag an artifact must have been built.</summary>
/// <param name="Repository">The repository, compared in normalised form.</param>
/// <param name="References">Patterns of fully qualified references, of which one must match; empty to accept all.</param>
/// <param name="RequireCommit">Whether the source must be pinned to a commit.</param>
internal sealed record SourceRequirement(GitRepository Repository, IReadOnlyList<Glob> References, bool RequireCommit)
{
    private const string WhereItStands = "Provenance of this build type names its source as the one dependency \"inputs/source\".";

    /// <summary>Says how the source differs; null where it does not.</summary>
    public CheckFailure? Check(Statement statement)
    {
        string buildType = SlsaPredicate.BuildType(statement) ?? "";
        if (!buildType.StartsWith(SlsaPredicate.OwnBuildTypePrefix, StringComparison.Ordinal))
        {
            return new CheckFailure(VerdictCodes.SourceMissing, $"Where build type {StrictJson.Excerpt(buildType)} names its source is not known.", Repository.Address);
        }

        var sources = FindSources(statement);
        if (sources.Count is not 1)
        {
            return sources.Count is 0
                ? new CheckFailure(VerdictCodes.SourceMissing, "The provenance names no source. " + WhereItStands, Repository.Address)
                : new CheckFailure(VerdictCodes.SourceMismatch, $"The provenance names {sources.Count} sources. " + WhereItStands, Repository.Address);
        }

        var source = sources[0];
        string uri = SlsaPredicate.Text(SlsaPredicate.Find(source, "uri")) ?? "";
        if (!GitRepository.TryParseSource(uri, out var repository, out string? reference) || repository != Repository)
        {
            return new CheckFailure(
                VerdictCodes.SourceMismatch,
                repository is null ? "The source is no plain git address." : "The source is another repository.",
                Repository.Address,
                StrictJson.Excerpt(repository?.Address ?? uri));
        }

        return CheckCommit(source) ?? CheckReference(source, reference);
    }

    private static List<JsonElement> FindSources(Statement statement) =>
        SlsaPredicate.Find(statement.Predicate, "buildDefinition", "resolvedDependencies") is { ValueKind: JsonValueKind.Array } dependencies
            ? [.. dependencies.EnumerateArray().Where(static d => SlsaPredicate.Text(SlsaPredicate.Find(d, "name")) is "inputs/source")]
            : [];

    private CheckFailure? CheckCommit(JsonElement source)
    {
        string? gitCommit = SlsaPredicate.Text(SlsaPredicate.Find(source, "digest", "gitCommit"));
        string? sha1 = SlsaPredicate.Text(SlsaPredicate.Find(source, "digest", "sha1"));
        string? commit = gitCommit ?? sha1;
        bool pinned = commit is { Length: 40 or 64 }
            && commit.All(static c => char.IsAsciiHexDigitLower(c))
            && (gitCommit is null || sha1 is null || gitCommit == sha1);
        return !RequireCommit || pinned
            ? null
            : new CheckFailure(VerdictCodes.SourceUnpinned, "The source has no commit digest (gitCommit or sha1).", "a commit", commit is null ? null : StrictJson.Excerpt(commit));
    }

    private CheckFailure? CheckReference(JsonElement source, string? reference)
    {
        string? annotated = SlsaPredicate.Text(SlsaPredicate.Find(source, "annotations", "ref"));
        if (References.Count is 0)
        {
            return null;
        }

        bool agrees = reference is null || annotated is null || reference == annotated;
        string? actual = reference ?? annotated;
        return agrees && actual is not null && GitRepository.IsReference(actual) && References.Any(pattern => pattern.IsMatch(actual))
            ? null
            : new CheckFailure(
                VerdictCodes.RefMismatch,
                agrees ? "The source was another branch or tag, or none is named." : "The source's address and its annotation name different references.",
                string.Join(" or ", References.Select(static pattern => pattern.Text)),
                actual is null ? "none" : StrictJson.Excerpt(actual));
    }
}
