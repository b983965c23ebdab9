using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Policies;

/// <summary>
/// What SLSA provenance must say (slsa.dev/spec/v1.1/verifying-artifacts): a builder that this signer may speak for, at a sufficient
/// level by the policy's own table, from the expected source, with expected parameters.
/// </summary>
internal sealed class ProvenanceCheck : IPredicateCheck
{
    /// <summary>The builders that count here.</summary>
    public required IReadOnlyList<TrustedBuilder> Builders { get; init; }

    /// <summary>The least SLSA build level.</summary>
    public required int MinimumLevel { get; init; }

    /// <summary>The expected source; null where any will do.</summary>
    public SourceRequirement? Source { get; init; }

    /// <summary>The expected parameters; null where the policy does not look at them.</summary>
    public ParameterRules? Parameters { get; init; }

    /// <inheritdoc/>
    public CheckFailure? Check(Statement statement, TrustedSigner signer) =>
        CheckBuilder(statement, signer) ?? Source?.Check(statement) ?? Parameters?.Check(statement);

    private CheckFailure? CheckBuilder(Statement statement, TrustedSigner signer)
    {
        if (SlsaPredicate.BuilderId(statement) is not { Length: > 0 } id || SlsaPredicate.BuildType(statement) is not { Length: > 0 } buildType)
        {
            return new CheckFailure(VerdictCodes.PredicateInvalid, "The provenance lacks runDetails.builder.id or buildDefinition.buildType.");
        }

        var known = Builders.Where(builder => builder.Id == id).ToList();
        var trusted = known.FindAll(builder => builder.Signers.Contains(signer.Name, StringComparer.Ordinal));
        if (trusted.Count is 0)
        {
            return new CheckFailure(
                VerdictCodes.BuilderUntrusted,
                known.Count is 0 ? "The builder is not in the policy's table." : $"The builder is known, but {signer.Name} may not speak for it.",
                string.Join(" or ", Builders.Where(b => b.Signers.Contains(signer.Name, StringComparer.Ordinal)).Select(static b => b.Id)),
                StrictJson.Excerpt(id));
        }

        var fitting = trusted.FindAll(builder => builder.BuildTypes.Contains(buildType, StringComparer.Ordinal));
        if (fitting.Count is 0)
        {
            return new CheckFailure(
                VerdictCodes.BuildType,
                "The build type is not accepted from this builder.",
                string.Join(" or ", trusted.SelectMany(static builder => builder.BuildTypes)),
                StrictJson.Excerpt(buildType));
        }

        int level = fitting.Max(static builder => builder.MaximumLevel);
        return level >= MinimumLevel
            ? null
            : new CheckFailure(
                VerdictCodes.LevelTooLow, $"The builder is trusted for SLSA build level {level}.", $"level {MinimumLevel}", $"level {level}");
    }
}
