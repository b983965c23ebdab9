using Provenance.ArtifactStore.Access.Tokens;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.ArtifactStore.Access.Declaring;

/// <summary>Reads <c>access.issuers</c>.</summary>
internal sealed class IssuerSection(YamlProblems problems, string folder)
{
    private const string PodFolder = "/var/run/secrets/kubernetes.io/serviceaccount/";

    /// <summary>Reads all issuers.</summary>
    public List<TrustedIssuer> Read(YamlFields access)
    {
        var issuers = new List<TrustedIssuer>();
        foreach (var node in access.FindItems("issuers"))
        {
            var fields = new YamlFields(node, access.PathOf("issuers[]"), problems);
            var issuer = Read(node, fields);
            fields.Finish();
            if (issuers.Exists(i => i.Name == issuer.Name || i.Issuer == issuer.Issuer))
            {
                problems.Add(node, $"the issuer {issuer.Name} stands here twice, by its name or by its issuer.");
            }

            issuers.Add(issuer);
        }

        return issuers;
    }

    private static bool IsLoopback(Uri uri) => uri.IsLoopback && uri.Scheme == Uri.UriSchemeHttp;

    private TrustedIssuer Read(YamlNode node, YamlFields fields)
    {
        // In a pod of the cluster that issues the tokens, all that is needed to ask for its keys is there.
        bool inPod = fields.FindFlag("inPod", otherwise: false);
        string name = fields.GetText("name") ?? "";
        string issuer = fields.GetText("issuer") ?? "";
        var issuerUri = Address(node, issuer, fields.PathOf("issuer"));
        var keysText = fields.FindText("keysUri");
        var keysFile = FindPath(fields, "keysFile");
        var keysUri = keysText is null ? null : Address(node, keysText, fields.PathOf("keysUri"));
        if (keysFile is not null && (keysUri is not null || inPod))
        {
            problems.Add(node, $"{fields.PathOf("keysFile")} stands beside keysUri or inPod; one of them is enough.");
        }

        if (inPod && keysUri is null)
        {
            keysUri = new Uri("https://kubernetes.default.svc/openid/v1/jwks");
        }

        return new TrustedIssuer
        {
            Name = name,
            Issuer = issuerUri is null ? "https://unusable.invalid" : issuer,
            Audiences = [.. fields.GetTexts("audiences").Select(static a => a.Text)],
            Algorithms = ReadAlgorithms(fields),
            KeysFile = keysFile,
            KeysUri = keysUri,
            CertificateAuthorityFile = FindPath(fields, "certificateAuthority") ?? (inPod ? PodFolder + "ca.crt" : null),
            TokenFile = FindPath(fields, "tokenFile") ?? (inPod ? PodFolder + "token" : null),
            GroupsClaim = fields.FindText("groupsClaim") ?? "groups",
            Leeway = TimeSpan.FromSeconds(fields.FindNumber("leewaySeconds", 30, 0, 300)),
        };
    }

    private string[] ReadAlgorithms(YamlFields fields)
    {
        var texts = fields.FindTexts("algorithms");
        foreach (var (node, text) in texts.Where(static t => SignatureAlgorithm.Find(t.Text) is null))
        {
            problems.Add(node, $"{fields.PathOf("algorithms")}: {text} is not one of {string.Join(", ", SignatureAlgorithm.All.Select(static a => a.Name))}.");
        }

        return [.. texts.Select(static t => t.Text)];
    }

    private string? FindPath(YamlFields fields, string name) => fields.FindText(name) is { } text ? Path.GetFullPath(text, folder) : null;

    private Uri? Address(YamlNode node, string text, string path)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length is 0 && (uri.Scheme == Uri.UriSchemeHttps || IsLoopback(uri)))
        {
            return uri;
        }

        problems.Add(node, $"{path} must be an https:// address; http:// is for 127.0.0.1 only.");
        return null;
    }
}
