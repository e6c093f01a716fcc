"""Small tokenizer folders of the forms in use, and what transformers makes of conversations with each.

Run: python scripts/references/chat-models.py [FOLDER_OF_SMOLLM2]   (needs transformers)
It writes test/fixtures/chat-models/. Templates are written for this test in the manner of each family, not copied.
Of SmolLM2, whose real tokenizer is too large to keep here, only the expected tokens are stored; without a folder the
stored ones are kept.
"""

import json
import shutil
import sys
from pathlib import Path

import transformers
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import AutoTokenizer

OUT = Path(__file__).parents[2] / "test/fixtures/chat-models"
CORPUS = [
    "The question is: what is the sum of all positive integers less than 20?",
    "The answer is \\boxed{\\frac{3}{4}}. So the assistant says that the user and the system think.",
    "user assistant system model think question answer helpful",
]
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

LLAMA3_TEMPLATE = """{{- bos_token }}
{%- if not date_string is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}{{- "Tools: " + tools|tojson }}{%- endif %}
{{- "Today: " + date_string + "\\n\\n" + system_message + "<|eot_id|>" }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
QWEN25_TEMPLATE = """{%- if tools %}
    {{- raise_exception('no tools here') }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
QWEN3_TEMPLATE = """{%- set ns = namespace(last_query=messages|length - 1, searching=true) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.searching and message.role == "user" and message.content is string %}
        {%- set ns.searching = false %}
        {%- set ns.last_query = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content %}
    {%- if message.role == "assistant" and '</think>' in content and loop.index0 < ns.last_query %}
        {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
    {%- endif %}
    {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
"""
BRIEF_TEMPLATE = "{% for m in messages %}{{ m.role[0] }}: {{ m.content }}{{ eos_token }}{% endfor %}a:"
GEMMA_TEMPLATE = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
{%- for message in messages %}
{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{- raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}
{%- endif %}
{%- if message['role'] == 'assistant' %}{%- set role = 'model' %}{%- else %}{%- set role = message['role'] %}{%- endif %}
{{- '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}
"""


def byte_level(split: str, specials: list[str], plain: list[str] = (), normalizer=None, bos: str | None = None):
    tokenizer = Tokenizer(models.BPE(ignore_merges=split == LLAMA3))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(split), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=340, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in specials])
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in plain])
    if bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", pair=f"{bos} $A {bos} $B", special_tokens=[(bos, tokenizer.token_to_id(bos))]
        )
    return tokenizer


def sentence_pieces(specials: list[str]):
    """BPE over ▁ for spaces, unknown characters as bytes."""
    vocabulary = {token: i for i, token in enumerate([*specials, *(f"<0x{byte:02X}>" for byte in range(256))])}
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizers.Replace(" ", "▁")
    trained.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=160, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    for token in model["vocab"]:
        vocabulary.setdefault(token, len(vocabulary))
    merges = [tuple(merge) for merge in model["merges"]]
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in specials])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos> $B", special_tokens=[("<bos>", vocabulary["<bos>"])]
    )
    return tokenizer


def write(name: str, tokenizer: Tokenizer, config: dict, files: dict[str, object]) -> None:
    folder = OUT / name
    folder.mkdir(parents=True)
    (folder / "tokenizer.json").write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False) + "\n")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", **config}
    files = {"tokenizer_config.json": config, **files}
    for path, content in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        (folder / path).write_text(text)


def make_folders() -> None:
    ends = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    llama = byte_level(LLAMA3, ends, bos=ends[0])
    write(
        "llama-3",
        llama,
        {"bos_token": ends[0], "eos_token": ends[4], "chat_template": LLAMA3_TEMPLATE},
        {"generation_config.json": {"eos_token_id": [llama.token_to_id(ends[1]), llama.token_to_id(ends[4])]}},
    )
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    qwen = byte_level(GPT2, marks, normalizer=normalizers.NFC())
    # As the base models have it: nothing names the token that ends a turn but the template.
    write(
        "qwen-2.5",
        qwen,
        {"eos_token": "<|endoftext|>", "pad_token": {"__type": "AddedToken", "content": "<|endoftext|>"}, "chat_template": QWEN25_TEMPLATE},
        {"config.json": {"eos_token_id": qwen.token_to_id("<|endoftext|>")}},
    )
    qwen3 = byte_level(GPT2, marks, ["<think>", "</think>"], normalizers.NFC())
    added = json.loads(qwen3.to_str())["added_tokens"]
    # As older folders have it: tokens that only tokenizer_config.json names.
    listed = {str(t["id"]): {k: v for k, v in t.items() if k != "id"} for t in added}
    write(
        "qwen-3",
        qwen3,
        {"eos_token": "<|im_end|>", "added_tokens_decoder": listed},
        {
            "chat_template.jinja": QWEN3_TEMPLATE,
            "additional_chat_templates/brief.jinja": BRIEF_TEMPLATE,
            "generation_config.json": {
                "eos_token_id": [qwen3.token_to_id("<|im_end|>"), qwen3.token_to_id("<|endoftext|>")]
            },
        },
    )
    gemma = sentence_pieces(["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"])
    write(
        "gemma",
        gemma,
        {
            "bos_token": "<bos>",
            "eos_token": "<eos>",
            "unk_token": "<unk>",
            "chat_template": [
                {"name": "default", "template": GEMMA_TEMPLATE},
                {"name": "brief", "template": BRIEF_TEMPLATE},
            ],
        },
        {"generation_config.json": {"eos_token_id": [1, gemma.token_to_id("<end_of_turn>")]}},
    )
    base = byte_level(LLAMA3, ends[:2], bos=ends[0])
    write("base", base, {"bos_token": ends[0], "eos_token": ends[1]}, {})


USER = {"role": "user", "content": "What is the sum of 3 + 4?"}
SYSTEM = {"role": "system", "content": "You think in steps. "}
CONVERSATIONS = [
    [USER],
    [SYSTEM, USER],
    [{"role": "system", "content": ""}, USER],
    [
        {"role": "user", "content": "  Find \\(x\\): \\frac{1}{2}x = 12345, said “Å” é \U0001f600\n\n"},
        {"role": "assistant", "content": "<think>\nhm\n</think>\n\nIt's \\boxed{24690}."},
        {"role": "user", "content": "<question>\tAgain,  please</question>"},
    ],
]
TEXTS = ["", "The sum of 20 is less", "  two  spaces\n\nand 12345 é Å \U0001f600", "<question>x</question> \\boxed{ 3 } , it 's ."]
VARIANTS = {
    "llama-3": [{"variables": {"date_string": "26 Jul 2024"}}],
    "qwen-2.5": [{}],
    "qwen-3": [{}, {"variables": {"enable_thinking": False}}, {"template": "brief"}],
    "gemma": [{}, {"template": "brief"}],
    "base": [],
    "smollm2": [{}],
}


def reference(name: str, folder: Path) -> dict:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    chats = []
    for variant in VARIANTS[name]:
        for messages in CONVERSATIONS:
            options = dict(variant.get("variables", {}))
            if "template" in variant:
                options["chat_template"] = variant["template"]
            try:
                tokens = tokenizer.apply_chat_template(
                    messages, add_generation_prompt=True, tokenize=True, return_dict=False, **options
                )
                chats.append({**variant, "messages": messages, "tokens": tokens})
            except Exception as error:
                chats.append({**variant, "messages": messages, "refused": str(error)})
    texts = [
        {
            "text": text,
            "tokens": tokenizer.encode(text, add_special_tokens=False),
            "prompt": tokenizer.encode(text),
            "decoded": tokenizer.decode(
                tokenizer.encode(text), skip_special_tokens=True, clean_up_tokenization_spaces=False
            ),
        }
        for text in TEXTS
    ]
    return {"chats": chats, "texts": texts}


def main() -> None:
    file = OUT / "references.json"
    stored = json.loads(file.read_text()) if file.exists() else {"smollm2": None}
    shutil.rmtree(OUT, ignore_errors=True)
    make_folders()
    references = {name: reference(name, OUT / name) for name in VARIANTS if name != "smollm2"}
    references["smollm2"] = reference("smollm2", Path(sys.argv[1])) if sys.argv[1:] else stored["smollm2"]
    references = {"madeWith": {"transformers": transformers.__version__}, **references}
    file.write_text(json.dumps(references, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
