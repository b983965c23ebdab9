namespace Provenance.Watcher.Dispatching;

/// <summary>
/// How a service that signing needs is named among the destinations that runs wait for. Without a service it stands for what is on this
/// machine, such as an identity token.
/// </summary>
internal static class SigningDestination
{
    // No registry's name has a blank.
    private const string Prefix = "signing ";

    /// <summary>The name of a service's destination.</summary>
    public static string Of(string? service) => Prefix + service;

    /// <summary>The service that a destination stands for; null where it is a registry.</summary>
    public static string? ServiceOf(string destination) => destination.StartsWith(Prefix, StringComparison.Ordinal) ? destination[Prefix.Length..] : null;
}
