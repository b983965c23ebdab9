namespace Provenance.ArtifactStore.Access;

/// <summary>Hears of what access control does, for metrics and logs. Called for many requests at once.</summary>
public interface IAccessObserver
{
    /// <summary>A request was refused; the reason is one of the words of <see cref="AccessRefusals"/>.</summary>
    void Refused(string reason);

    /// <summary>A file or an issuer that access depends on cannot be used at the moment; what was known before holds for now.</summary>
    void Trouble(string sentence);
}
