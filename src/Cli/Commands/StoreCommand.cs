using System.CommandLine;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Folders;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;
using Spectre.Console;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance store</c>: the registry and the caches as a server of their own.</summary>
internal sealed class StoreCommand
{
    private readonly Option<string> data = new("--data") { Description = "The folder of the content; one process at a time owns it", HelpName = "DIR", DefaultValueFactory = static _ => Path.Combine(DataLayout.DefaultFolder, "store") };
    private readonly Option<string?> config = new("--config") { Description = "A YAML file of kind Store; what is said on the command line goes before it", HelpName = "FILE" };
    private readonly Option<string?> listen = new("--listen") { Description = "Where to serve, 127.0.0.1:5000 if nothing is said; port 0 takes a free one", HelpName = "ADDRESS:PORT" };
    private readonly Option<Durability?> durability = new("--durability") { Description = "full: what was answered for survives a crash of the machine; none: for caches only", HelpName = "full|none" };
    private readonly Option<string?> tlsCertificate = new("--tls-cert") { Description = "The server's certificate and its chain in PEM, read again when it changes", HelpName = "FILE" };
    private readonly Option<string?> tlsKey = new("--tls-key") { Description = "Its private key in PEM", HelpName = "FILE" };
    private readonly Option<string?> clientAuthorities = new("--client-ca") { Description = "Know clients by certificates of these authorities, in PEM", HelpName = "FILE" };
    private readonly Option<string?> passwords = new("--htpasswd") { Description = "Know users by this file of bcrypt hashes (htpasswd -B), read again when it changes", HelpName = "FILE" };
    private readonly Option<string?> anonymous = new("--anonymous") { Description = "What everybody may do who is not known", HelpName = "none|read|write" };
    private readonly Option<bool> noAccessLog = new("--no-access-log") { Description = "Write no line for each request" };
    private readonly Option<int?> drain = new("--drain-seconds") { Description = "How long running requests may take when the store is told to end; 30 if nothing is said", HelpName = "N" };
    private readonly Option<bool> insecureWithoutTls = new("--insecure-without-tls") { Description = "Serve other machines in the clear: passwords can be read on the way" };
    private readonly Option<bool> insecureWithoutAuthentication = new("--insecure-without-authentication") { Description = "Let everybody write who can reach this address" };

    public static Command Create()
    {
        var options = new StoreCommand();
        var command = new Command(CommandRunner.DrainingCommand, "Serve the OCI registry and the content-addressed store, with users and access rules")
        {
            options.data, options.config, options.listen, options.durability, options.tlsCertificate, options.tlsKey, options.clientAuthorities,
            options.passwords, options.anonymous, options.noAccessLog, options.drain, options.insecureWithoutTls, options.insecureWithoutAuthentication,
        };
        command.Subcommands.Add(StoreScrubCommand.Create());
        options.anonymous.AcceptOnlyFromAmong("none", "read", "write");
        command.Subcommands.Add(StoreCollectCommand.Create());
        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        // Standard output is the access log's.
        var console = Terminal.Open(Console.Error);
        var settings = Settings(parsed).Checked();
        string folder = Path.GetFullPath(parsed.GetRequiredValue(data));
        await using var store = await StandaloneStore.StartAsync(folder, settings, sentence => console.WriteLine(sentence, new Style(Color.Yellow)), cancellationToken);
        console.WriteLine($"serving     {store.Address}  (OCI registry, /cas/, /healthz, /readyz, /metrics; data in {folder})");
        console.WriteLine($"access      {Describe(settings)}");
        await store.ServeAsync(cancellationToken);
        console.WriteLine("stopped");
        return ExitCodes.Success;
    }

    private static string Describe(StoreSettings settings)
    {
        if (settings.Access is not { } access)
        {
            return settings.IsLocal ? "everybody on this machine may do everything" : "everybody may do everything (--insecure-without-authentication)";
        }

        string[] ways = [.. new[]
        {
            access.PasswordFile is null ? null : "passwords",
            access.Issuers.Count is 0 ? null : $"tokens of {string.Join(", ", access.Issuers.Select(static i => i.Name))}",
            settings.ClientAuthorities is null ? null : "client certificates",
        }.OfType<string>()];
        return $"known by {(ways.Length is 0 ? "nothing" : string.Join(", ", ways))}; {access.Rules.Count} rules; {(settings.Tls is null ? "no TLS" : "TLS")}";
    }

    private StoreSettings Settings(ParseResult parsed)
    {
        var settings = StoreFile.Load(parsed.GetValue(config)) with
        {
            InsecureWithoutTls = parsed.GetValue(insecureWithoutTls),
            InsecureWithoutAuthentication = parsed.GetValue(insecureWithoutAuthentication),
        };
        if (parsed.GetValue(listen) is { } text)
        {
            settings = settings with { Listen = StoreFile.Endpoint(text) ?? throw new CommandException(ExitCodes.Usage, $"--listen {text} is no address and port, such as 127.0.0.1:5000 or 0.0.0.0:5000.") };
        }

        if (parsed.GetValue(tlsCertificate) is not null != parsed.GetValue(tlsKey) is not null)
        {
            throw new CommandException(ExitCodes.Usage, "--tls-cert and --tls-key belong together.");
        }

        if (parsed.GetValue(drain) is < 0 or > 3600)
        {
            throw new CommandException(ExitCodes.Usage, "--drain-seconds is between 0 and 3600.");
        }

        return settings with
        {
            Durability = parsed.GetValue(durability) ?? settings.Durability,
            Tls = parsed.GetValue(tlsCertificate) is { } certificate ? (Path.GetFullPath(certificate), Path.GetFullPath(parsed.GetRequiredValue(tlsKey)!)) : settings.Tls,
            ClientAuthorities = parsed.GetValue(clientAuthorities) is { } authorities ? Path.GetFullPath(authorities) : settings.ClientAuthorities,
            AccessLog = settings.AccessLog && !parsed.GetValue(noAccessLog),
            Drain = parsed.GetValue(drain) is { } seconds ? TimeSpan.FromSeconds(seconds) : settings.Drain,
            Access = Access(parsed, settings),
        };
    }

    /// <summary>The rules of the file hold alone. Without them, whoever is known may do everything, and everybody what --anonymous says.</summary>
    private AccessOptions? Access(ParseResult parsed, StoreSettings settings)
    {
        string? file = parsed.GetValue(passwords) is { } path ? Path.GetFullPath(path) : null;
        bool certificates = parsed.GetValue(clientAuthorities) is not null || settings.ClientAuthorities is not null;
        string? word = parsed.GetValue(anonymous);
        if (settings.Access is { } declared)
        {
            return word is null
                ? declared with { PasswordFile = file ?? declared.PasswordFile }
                : throw new CommandException(ExitCodes.Usage, "--anonymous cannot stand beside the access rules of --config. Say there what everybody may do.");
        }

        if (file is null && !certificates && word is null)
        {
            return null;
        }

        IReadOnlyList<AccessRule> rules = [AccessRules.AllForAuthenticated, .. AccessRules.ForEveryone(word ?? "none")];
        return new AccessOptions { PasswordFile = file, ClientCertificates = certificates, Rules = rules, Challenge = AccessRules.ChallengeFor(rules) };
    }
}
