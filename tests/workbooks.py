"""Small xlsx workbooks, written by hand."""

import io
import zipfile
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DATE = 1


def cell(place: str, value) -> str:
    """Write a cell: text, a number, an error such as '#N/A', or ('date', number)."""
    match value:
        case None:
            return ""
        case ("date", number):
            return f'<c r="{place}" s="{DATE}"><v>{number}</v></c>'
        case str() if value.startswith("#"):
            return f'<c r="{place}" t="e"><v>{value}</v></c>'
        case str():
            text = escape(value)
            return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def sheet(rows) -> str:
    written_rows = "".join(
        f'<row r="{number}">'
        + "".join(cell(f"{chr(65 + at)}{number}", each) for at, each in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    return (
        f'<worksheet xmlns="{MAIN}"><sheetData>{written_rows}</sheetData></worksheet>'
    )


def workbook(sheets, hidden=(), more=()) -> bytes:
    """Make an xlsx workbook of name → rows."""
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="r{at}"'
        f' state="{"hidden" if name in hidden else "visible"}"/>'
        for at, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="r{at}" Type="{LINKS}/worksheet"'
        f' Target="worksheets/{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KINDS}.sheet.main+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{LINKS}/officeDocument"'
        ' Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">'
        f"<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'{links}<Relationship Id="s" Type="{LINKS}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>',
        **{
            f"xl/worksheets/{at}.xml": sheet(rows)
            for at, rows in enumerate(sheets.values(), start=1)
        },
        **dict(more),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()
