using System.Text.RegularExpressions;

namespace Provenance.Attestor.Signing.Vault;

/// <summary>Reads <c>hashivault://KEYNAME</c> and the environment variables that go with it, which are those of cosign and Vault.</summary>
internal static partial class VaultReference
{
    /// <summary>What references begin with.</summary>
    public const string Scheme = "hashivault://";

    private const string ServiceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>Reads a reference.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="environment">Finds an environment variable.</param>
    /// <exception cref="KeyException"><c>KEY_REFERENCE</c>: the reference or a variable cannot be used.</exception>
    public static VaultOptions Read(string reference, Func<string, string?> environment)
    {
        string name = reference[Scheme.Length..];
        if (!KeyName().IsMatch(name))
        {
            throw Refuse($"{reference} names no key. Write hashivault://KEYNAME, with letters, digits, '_', '-' and '.'");
        }

        string? Find(string variable) => environment(variable) is { Length: > 0 } value ? value : null;
        string engine = Path("TRANSIT_SECRET_ENGINE_PATH", Find("TRANSIT_SECRET_ENGINE_PATH") ?? "transit");
        string? token = Find("VAULT_TOKEN");
        var login = token is null && Find("VAULT_ROLE") is { } role
            ? new VaultLogin(role, Path("VAULT_KUBERNETES_MOUNT", Find("VAULT_KUBERNETES_MOUNT") ?? "kubernetes"), Find("VAULT_KUBERNETES_TOKEN_FILE") ?? ServiceAccountToken)
            : null;
        if (Find("VAULT_SKIP_VERIFY") is { } skip && skip is not ("0" or "false"))
        {
            throw Refuse("VAULT_SKIP_VERIFY is set; a server whose certificate is not verified could be anybody. Unset it, and name the authority's certificate in VAULT_CACERT.");
        }

        return new VaultOptions
        {
            Address = Address(Find("VAULT_ADDR") ?? throw Refuse($"{reference} needs VAULT_ADDR, the address of Vault, such as https://vault.example.com:8200.")),
            KeyName = name,
            Engine = engine,
            Namespace = Find("VAULT_NAMESPACE") is { } space ? Path("VAULT_NAMESPACE", space) : null,
            AuthorityFile = Find("VAULT_CACERT"),
            Token = token is null || IsToken(token) ? token : throw Refuse("VAULT_TOKEN holds characters that no token has."),
            Login = login,
            TokenFile = token is null && login is null ? System.IO.Path.Combine(Find("HOME") ?? "", ".vault-token") : null,
        };
    }

    /// <summary>Whether the text can be a token, and so stand in a header.</summary>
    public static bool IsToken(string text) => text.Length is > 0 and <= 8192 && text.All(static c => c is > ' ' and <= '~');

    private static Uri Address(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http")
            || address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            throw Refuse("VAULT_ADDR is no address of a server. Write it as https://host[:port].");
        }

        return address.Scheme is "https" || ThisMachine.Has(address)
            ? address
            : throw Refuse($"VAULT_ADDR names {address.Authority} by http, which would show the token to everybody on the way. Write https://; http is for this machine only.");
    }

    private static string Path(string variable, string text)
    {
        string path = text.Trim('/');
        return MountPath().IsMatch(path) && !path.Split('/').Any(static part => part.All(static c => c is '.'))
            ? path
            : throw Refuse($"{variable} is no path of letters, digits, '_', '-' and '.'.");
    }

    private static KeyException Refuse(string message) => new("KEY_REFERENCE", message);

    [GeneratedRegex(@"\A[A-Za-z0-9_]([A-Za-z0-9_.-]{0,126}[A-Za-z0-9_])?\z")]
    private static partial Regex KeyName();

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,15}\z")]
    private static partial Regex MountPath();
}
