using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Verifying;

/// <summary>
/// Refuses genuine provenance of a run that did not succeed. Failed runs are attested too, so that their traces exist; their artifacts
/// are not for use. Only this project's build types say how a run ended.
/// </summary>
internal static class RunOutcomeCheck
{
    /// <summary>Says that the run did not succeed; null where it did, or where the statement does not speak of it.</summary>
    public static CheckFailure? Check(Statement statement)
    {
        if (SlsaPredicate.BuildType(statement)?.StartsWith(SlsaPredicate.OwnBuildTypePrefix, StringComparison.Ordinal) is not true
            || SlsaPredicate.Find(statement.Predicate, "buildDefinition", "internalParameters", "run", "outcome") is not { } outcome)
        {
            return null;
        }

        string? text = SlsaPredicate.Text(outcome);
        return text is "succeeded"
            ? null
            : new CheckFailure(
                VerdictCodes.RunNotSucceeded,
                $"The run ended as \"{StrictJson.Excerpt(text ?? outcome.GetRawText())}\".",
                "succeeded",
                StrictJson.Excerpt(text ?? outcome.GetRawText()));
    }
}
