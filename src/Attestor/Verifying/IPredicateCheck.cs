using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Verifying;

/// <summary>Judges the predicate of a statement whose signature, subject and type have been verified.</summary>
public interface IPredicateCheck
{
    /// <summary>Says why the statement is not enough; null where it is.</summary>
    CheckFailure? Check(Statement statement, TrustedSigner signer);
}
