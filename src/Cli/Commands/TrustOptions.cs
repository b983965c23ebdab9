using System.CommandLine;
using Provenance.Attestor.Tuf;
using Provenance.Cli.Hosting;

namespace Provenance.Cli.Commands;

/// <summary>The options of <c>trust</c> that say which repository is meant, and where it is cached.</summary>
internal sealed class TrustOptions
{
    private readonly Option<string?> mirror = new("--mirror") { Description = "The TUF repository, instead of that of the public Sigstore instance", HelpName = "URL" };
    private readonly Option<bool> staging = new("--staging") { Description = "The repository of Sigstore's staging instance, whose first root has to be given once" };
    private readonly Option<string?> data = new("--data") { Description = "A folder for the cache, instead of $XDG_CACHE_HOME/provenance or ~/.cache/provenance", HelpName = "DIR" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { mirror, staging, data })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether anything is said of a repository or a cache.</summary>
    public bool AreGiven(ParseResult parsed) => parsed.GetValue(staging) || parsed.GetValue(mirror) is not null || parsed.GetValue(data) is not null;

    public TrustSource Read(ParseResult parsed)
    {
        if (parsed.GetValue(staging) && parsed.GetValue(mirror) is not null)
        {
            throw new CommandException(ExitCodes.Usage, "Give either --mirror or --staging.");
        }

        var address = parsed.GetValue(staging) ? PublicGood.StagingMirror : PublicGood.Mirror;
        if (parsed.GetValue(mirror) is { } text)
        {
            // A mirror is the same with and without a slash at its end.
            address = Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var given) && given.Host.Length > 0 && TufMirror.IsUsable(given)
                ? given
                : throw new CommandException(ExitCodes.Usage, $"--mirror takes the repository's URL, such as https://tuf.example.com: {TufMirror.UsableAddress}.");
        }

        return TrustSource.Of(address, parsed.GetValue(data));
    }
}
